import { Backoff } from './backoff.js';
import { LivelineError } from './http.js';
import { Stopwatch } from './stopwatch.js';

/**
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {import('./joinedroom.js').RoomContext} RoomContext
 *
 * @typedef {object} Command post, edit or delete that is not in the log yet
 * @property {Frame} frame its `id` names it in every answer
 * @property {Backoff} backoff
 * @property {Stopwatch | undefined} age time since the first attempt
 * @property {boolean} [isPlain] whether a change is sent without its id
 * @property {(done: any) => void} resolve
 * @property {(error: LivelineError) => void} reject
 * @property {Promise<any>} promise
 */

/** Longest wait for an answer, after which a frame is sent again, ms. */
const ANSWER_MS = 10_000;
/** Longest time in which a frame may be repeated, ms. The server remembers an id for ten minutes. */
const REPEATABLE_MS = 8 * 60_000;
/** Maximum number of waiting frames in one room. */
const MAX_WAITING = 100;

/**
 * Posts, edits and deletes of one room that are not in its log yet. Only the first is sent; the others wait for its
 * answer. Otherwise one that failed and is repeated would arrive after those that were called later.
 */
export class Outbox {
  #context;
  #room;
  /** @type {Command[]} */ #waiting = [];
  #sending = false;
  /** @type {any} */ #timer;
  /** Earliest time of the next attempt that the server allows, ms. */ #notBefore = 0;
  /** @type {LivelineError | undefined} */ #closed;

  /**
   * @param {RoomContext} context
   * @param {string} room
   */
  constructor(context, room) {
    this.#context = context;
    this.#room = room;
  }

  /**
   * @param {string} id
   * @param {import('./room.js').Content} content
   * @returns {Promise<{id: string, cursor: string}>}
   */
  post(id, content) {
    const post = { type: 'post', room: this.#room, id, ...content };
    const known = this.#waiting.find(({ frame }) => frame.type === 'post' && frame.id === id);
    if (known && JSON.stringify(known.frame) !== JSON.stringify(post)) {
      return Promise.reject(new LivelineError('id_reused', 'Another message has this id', { status: 422 }));
    }
    return known?.promise ?? this.#add(post);
  }

  /**
   * @param {{type: 'edit' | 'delete', message: string} & import('./room.js').Content} change
   * @returns {Promise<void>}
   */
  change(change) {
    return this.#add({ ...change, room: this.#room, id: this.#context.env.id() });
  }

  /** Sends the waiting frames in the order of their calls: the room is joined. */
  resume() {
    this.#sending = true;
    this.#closed = undefined;
    this.#sendFirst();
  }

  /** Stops sending until {@link Outbox.resume}. */
  pause() {
    this.#sending = false;
    this.#context.env.never(this.#timer);
  }

  /**
   * Stops sending until {@link Outbox.resume}.
   *
   * @param {LivelineError} error error that rejects all waiting frames, and later ones
   */
  close(error) {
    this.pause();
    this.#closed = error;
    this.#waiting.splice(0).forEach((command) => command.reject(error));
  }

  /**
   * Fulfils a command that is in the log.
   *
   * @param {string} id
   * @param {string} [cursor]
   */
  done(id, cursor) {
    const command = this.#remove(id);
    command?.resolve(command.frame.type === 'post' ? { id, cursor } : undefined);
  }

  /**
   * Fulfils the command of an own event: it confirms the command even if the answer was lost.
   *
   * @param {Frame} event
   */
  confirm(event) {
    const first = this.#waiting[0];
    if (event.id !== undefined) {
      this.done(event.id, event.cursor);
    } else if (first?.age && isEventOf(first.frame, event)) {
      this.done(first.frame.id);
    }
  }

  /**
   * Handles a rejection by the server.
   *
   * @param {Frame} frame the rejection; some name the message of a change instead of its id
   * @param {LivelineError} error
   * @returns {boolean} whether the rejected command is in this outbox
   */
  rejected(frame, error) {
    const first = this.#waiting[0];
    const command =
      frame.id === undefined && frame.message !== undefined && frame.message === first?.frame.message
        ? first
        : this.#waiting.find((waiting) => waiting.frame.id === frame.id);
    if (command === undefined) {
      return false;
    }
    if (error.code === 'deleted' && command.frame.type === 'delete') {
      // The log has the deletion: of an attempt whose answer was lost, or of somebody else.
      this.done(command.frame.id);
    } else if (error.code === 'bad_json' && command.frame.type !== 'post' && !command.isPlain) {
      // A replica of an older release, beside newer ones while they are replaced, takes no id of a change.
      command.isPlain = true;
      this.#sendFirst();
    } else if (!error.isTransient) {
      this.#remove(command.frame.id)?.reject(error);
    } else if (command === first) {
      this.#notBefore = this.#context.env.uptime() + (error.retryAfterMs ?? 0);
      this.#sendIn(Math.max(command.backoff.next(), error.retryAfterMs ?? 0));
    }
    return true;
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<any>}
   */
  #add(frame) {
    if (this.#closed) {
      return Promise.reject(this.#closed);
    }
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new LivelineError('busy', 'Too many messages are waiting'));
    }
    const backoff = new Backoff(this.#context.env.random);
    const command = /** @type {Command} */ ({ frame, backoff, age: undefined });
    command.promise = new Promise((resolve, reject) => Object.assign(command, { resolve, reject }));
    this.#waiting.push(command);
    if (this.#waiting.length === 1) {
      this.#sendFirst();
    }
    return command.promise;
  }

  /** Sends the first command as soon as the server allows it. */
  #sendFirst() {
    this.#sendIn(this.#notBefore - this.#context.env.uptime());
  }

  /** Sends the first command, and again until it has an answer. */
  #send() {
    const first = this.#waiting[0];
    if (!this.#sending || first === undefined) {
      return;
    }
    first.age ??= new Stopwatch(this.#context.env);
    if (first.age.ms > REPEATABLE_MS) {
      const detail = 'No answer came for so long that a repeat could create a duplicate';
      this.#remove(first.frame.id)?.reject(new LivelineError('uncertain', detail));
      return;
    }
    this.#sendIn(ANSWER_MS);
    const isPlain = first.isPlain && this.#context.transport() === 'websocket';
    this.#context.send(isPlain ? { ...first.frame, id: undefined } : first.frame);
  }

  /** @param {number} ms */
  #sendIn(ms) {
    this.#context.env.never(this.#timer);
    if (ms <= 0) {
      this.#send();
    } else if (this.#sending) {
      this.#timer = this.#context.env.after(() => this.#send(), ms);
    }
  }

  /**
   * Removes a command. The one after it is sent if it was the first.
   *
   * @param {string} id
   */
  #remove(id) {
    const at = this.#waiting.findIndex(({ frame }) => frame.id === id);
    const [command] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (at === 0) {
      this.#sendFirst();
    }
    return command;
  }
}

/**
 * Tells whether an event without an id has the content of a change.
 *
 * @param {Frame} frame
 * @param {Frame} event
 */
function isEventOf(frame, event) {
  const type = { edit: 'edited', delete: 'deleted' }[frame.type];
  return event.type === type && event.message === frame.message && event.text === frame.text;
}
