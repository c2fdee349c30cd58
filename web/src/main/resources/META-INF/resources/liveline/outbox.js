import { Backoff } from './backoff.js';
import { LivelineError } from './http.js';

/**
 * @typedef {import('./lines.js').Frame} Frame
 * @typedef {import('./room.js').Hub} Hub
 *
 * @typedef {object} Pending
 * @property {Frame} frame
 * @property {Backoff} backoff
 * @property {number | undefined} firstSent when it was sent for the first time
 * @property {any} timer
 * @property {(done: any) => void} resolve
 * @property {(error: LivelineError) => void} reject
 * @property {Promise<any>} promise
 */

/** After this long without an answer it is sent again, ms. */
const ANSWER_MS = 10_000;
/** The server knows an id again for ten minutes; beyond this we would not dare to repeat it, ms. */
const REPEATABLE_MS = 8 * 60_000;
/** How much may wait to be said in one room. */
const MOST_PENDING = 100;

/**
 * What a post, an edit or a delete is known by, until there is an answer.
 *
 * @param {Frame} frame
 * @returns {string}
 */
export const keyOf = (frame) => (frame.type === 'post' ? frame.id : `${frame.type} ${frame.message}`);

/** What is to be said in one room and is not in its log yet. */
export class Outbox {
  #hub;
  #room;
  /** By the id of the post, or by what a change does to which message. @type {Map<string, Pending>} */ #pending = new Map();
  #sending = false;
  /** @type {LivelineError | undefined} */ #closed;

  /**
   * @param {Hub} hub
   * @param {string} room
   */
  constructor(hub, room) {
    this.#hub = hub;
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

  /** The room is joined: send what waits, in the order in which it was said. */
  resume() {
    this.#sending = true;
    for (const [key, pending] of [...this.#pending]) {
      this.#send(key, pending);
    }
  }

  /** Nothing can be sent for now. */
  pause() {
    this.#sending = false;
    for (const pending of this.#pending.values()) {
      this.#hub.env.never(pending.timer);
    }
  }

  /**
   * Nothing will be sent any more.
   *
   * @param {LivelineError} why what everything that waits, and that is still said, is rejected with
   */
  close(why) {
    this.#sending = false;
    this.#closed = why;
    for (const key of [...this.#pending.keys()]) {
      this.#settle(key)?.reject(why);
    }
  }

  /**
   * The log has it.
   *
   * @param {string} id
   * @param {string} cursor
   */
  posted(id, cursor) {
    this.#settle(id)?.resolve({ id, cursor });
  }

  /**
   * A change that was said over HTTP is in the log.
   *
   * @param {string} key
   */
  changed(key) {
    this.#settle(key)?.resolve(undefined);
  }

  /**
   * An event of our own came along: proof enough, should the answer have been lost.
   *
   * @param {Frame} event
   */
  heard(event) {
    if (event.type === 'message') {
      this.posted(event.id, event.cursor);
    } else {
      this.changed(`${event.type === 'edited' ? 'edit' : 'delete'} ${event.message}`);
    }
  }

  /**
   * The server refused something.
   *
   * @param {Frame} frame the refusal; about a change it names the message on a socket, and not what was to be done with it
   * @param {LivelineError} error
   * @returns {boolean} whether it was ours
   */
  refused(frame, error) {
    const key = frame.key ?? frame.id ?? this.#changeOf(frame.message);
    const pending = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || pending === undefined) {
      return false;
    }
    if (error.isTransient) {
      this.#again(key, pending, Math.max(pending.backoff.next(), error.retryAfterMs ?? 0));
    } else {
      this.#settle(key)?.reject(error);
    }
    return true;
  }

  /**
   * @param {string | undefined} message that was to be changed, where that is known
   * @returns {string | undefined} the key of the oldest change that it can be
   */
  #changeOf(message) {
    const isIt = (/** @type {Pending} */ { frame, firstSent }) =>
      frame.type !== 'post' && firstSent !== undefined && (message === undefined || message === frame.message);
    return [...this.#pending].find(([, pending]) => isIt(pending))?.[0];
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
    if (this.#pending.size >= MOST_PENDING) {
      return Promise.reject(new LivelineError('busy', 'Too much is waiting to be said already'));
    }
    const backoff = new Backoff(this.#hub.env.random);
    const pending = /** @type {Pending} */ ({ frame, backoff, firstSent: undefined });
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
    const now = this.#hub.env.now();
    if (now - (pending.firstSent ?? now) > REPEATABLE_MS) {
      const detail = 'No answer came for so long that saying it again might say it twice';
      this.#settle(key)?.reject(new LivelineError('uncertain', detail));
      return;
    }
    pending.firstSent ??= now;
    this.#hub.send(pending.frame);
    this.#again(key, pending, ANSWER_MS);
  }

  /**
   * @param {string} key
   * @param {Pending} pending
   * @param {number} ms
   */
  #again(key, pending, ms) {
    this.#hub.env.never(pending.timer);
    pending.timer = this.#hub.env.after(() => this.#send(key, pending), ms);
  }

  /** @param {string} key */
  #settle(key) {
    const pending = this.#pending.get(key);
    if (pending) {
      this.#hub.env.never(pending.timer);
      this.#pending.delete(key);
    }
    return pending;
  }
}
