import { Backoff } from './backoff.js';
import { LivelineError } from './http.js';
import { Stopwatch } from './stopwatch.js';

/**
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {import('./room.js').RoomContext} RoomContext
 *
 * @typedef {object} Pending
 * @property {Frame} frame
 * @property {Backoff} backoff
 * @property {Stopwatch | undefined} age time since the first attempt
 * @property {any} timer
 * @property {(done: any) => void} resolve
 * @property {(error: LivelineError) => void} reject
 * @property {Promise<any>} promise
 */

/** Longest wait for an answer, after which a frame is sent again, ms. */
const ANSWER_MS = 10_000;
/** Longest time in which a frame may be repeated, ms. The server remembers an id for ten minutes. */
const REPEATABLE_MS = 8 * 60_000;
/** Maximum number of waiting frames in one room. */
const MAX_PENDING = 100;

/**
 * Returns the key that identifies a post, an edit or a delete until its answer arrives.
 *
 * @param {Frame} frame
 * @returns {string}
 */
export const keyOf = (frame) => (frame.type === 'post' ? frame.id : `${frame.type} ${frame.message}`);

/** Posts, edits and deletes of one room that are not in its log yet. */
export class Outbox {
  #context;
  #room;
  /** Frames by {@link keyOf}. @type {Map<string, Pending>} */ #pending = new Map();
  #sending = false;
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
   * @param {string} text
   * @returns {Promise<{id: string, cursor: string}>}
   */
  post(id, text) {
    return this.#add({ type: 'post', room: this.#room, id, text });
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<void>}
   */
  change(frame) {
    return this.#add(frame);
  }

  /** Sends the waiting frames in the order of their calls: the room is joined. */
  resume() {
    this.#sending = true;
    for (const [key, pending] of [...this.#pending]) {
      this.#send(key, pending);
    }
  }

  /** Stops sending until {@link Outbox.resume}. */
  pause() {
    this.#sending = false;
    for (const pending of this.#pending.values()) {
      this.#context.env.never(pending.timer);
    }
  }

  /**
   * Stops sending for good.
   *
   * @param {LivelineError} error error that rejects all waiting and later frames
   */
  close(error) {
    this.#sending = false;
    this.#closed = error;
    for (const key of [...this.#pending.keys()]) {
      this.#settle(key)?.reject(error);
    }
  }

  /**
   * Fulfils a post that is in the log.
   *
   * @param {string} id
   * @param {string} cursor
   */
  posted(id, cursor) {
    this.#settle(id)?.resolve({ id, cursor });
  }

  /**
   * Fulfils a change that was sent over HTTP and is in the log.
   *
   * @param {string} key
   */
  changed(key) {
    this.#settle(key)?.resolve(undefined);
  }

  /**
   * Fulfils the frame of an own event: it confirms the frame even if the answer was lost.
   *
   * @param {Frame} event
   */
  confirm(event) {
    if (event.type === 'message') {
      this.posted(event.id, event.cursor);
    } else {
      this.changed(`${event.type === 'edited' ? 'edit' : 'delete'} ${event.message}`);
    }
  }

  /**
   * Handles a rejection by the server.
   *
   * @param {Frame} frame the rejection; on a socket it names the message of a change, but not the kind of change
   * @param {LivelineError} error
   * @returns {boolean} whether the rejected frame is in this outbox
   */
  rejected(frame, error) {
    const key = frame.key ?? frame.id ?? this.#changeOf(frame.message);
    const pending = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || pending === undefined) {
      return false;
    }
    if (error.isTransient) {
      this.#sendLater(key, pending, Math.max(pending.backoff.next(), error.retryAfterMs ?? 0));
    } else {
      this.#settle(key)?.reject(error);
    }
    return true;
  }

  /**
   * @param {string | undefined} message cursor of the message to change, if known
   * @returns {string | undefined} key of the oldest change that matches
   */
  #changeOf(message) {
    const matches = (/** @type {Pending} */ { frame, age }) =>
      frame.type !== 'post' && age !== undefined && (message === undefined || message === frame.message);
    return [...this.#pending].find(([, pending]) => matches(pending))?.[0];
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<any>}
   */
  #add(frame) {
    if (this.#closed) {
      return Promise.reject(this.#closed);
    }
    const key = keyOf(frame);
    const known = this.#pending.get(key);
    if (known) {
      return known.promise;
    }
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(new LivelineError('busy', 'Too many messages are waiting to be sent'));
    }
    const backoff = new Backoff(this.#context.env.random);
    const pending = /** @type {Pending} */ ({ frame, backoff, age: undefined });
    pending.promise = new Promise((resolve, reject) => Object.assign(pending, { resolve, reject }));
    this.#pending.set(key, pending);
    this.#send(key, pending);
    return pending.promise;
  }

  /**
   * @param {string} key
   * @param {Pending} pending
   */
  #send(key, pending) {
    if (!this.#sending || !this.#pending.has(key)) {
      return;
    }
    pending.age ??= new Stopwatch(this.#context.env);
    if (pending.age.ms > REPEATABLE_MS) {
      const detail = 'No answer arrived for so long that a repeat could create a duplicate';
      this.#settle(key)?.reject(new LivelineError('uncertain', detail));
      return;
    }
    this.#context.send(pending.frame);
    this.#sendLater(key, pending, ANSWER_MS);
  }

  /**
   * @param {string} key
   * @param {Pending} pending
   * @param {number} ms
   */
  #sendLater(key, pending, ms) {
    this.#context.env.never(pending.timer);
    pending.timer = this.#context.env.after(() => this.#send(key, pending), ms);
  }

  /** @param {string} key */
  #settle(key) {
    const pending = this.#pending.get(key);
    if (pending) {
      this.#context.env.never(pending.timer);
      this.#pending.delete(key);
    }
    return pending;
  }
}
