/** @typedef {import('./room.js').Message} Message */

/** Maximum number of messages in the list. */
const MAX_MESSAGES = 500;

/** Newest messages of a room without a gap between them, with all changes applied. */
export class MessageList {
  /** @type {Message[]} */ #messages = [];
  /** @type {readonly Message[] | undefined} */ #snapshot;
  /** Tells whether the log has messages before these. */
  hasOlder = false;

  /** Returns the messages, oldest first: the same array until they change. */
  get all() {
    return (this.#snapshot ??= Object.freeze([...this.#messages]));
  }

  /** @param {Message} message */
  add(message) {
    this.#snapshot = undefined;
    this.#messages.push(message);
    if (this.#messages.length > MAX_MESSAGES) {
      this.#messages.shift();
      this.hasOlder = true;
    }
  }

  /**
   * @param {string} cursor
   * @param {Partial<Message>} change
   */
  change(cursor, change) {
    const at = this.#messages.findLastIndex((message) => message.cursor === cursor);
    if (at >= 0) {
      this.#snapshot = undefined;
      this.#messages[at] = Object.freeze({ ...this.#messages[at], ...change });
    }
  }

  /** Starts again after a gap. */
  clear() {
    this.#snapshot = undefined;
    this.#messages = [];
    this.hasOlder = true;
  }
}
