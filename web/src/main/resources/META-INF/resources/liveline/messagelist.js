/** @typedef {import('./room.js').Message} Message */

/** Maximum number of messages in the list, besides those that the application asked for. */
const MAX_MESSAGES = 500;

/** Newest messages of a room without a gap between them, with all changes applied. */
export class MessageList {
  /** @type {Message[]} */ #messages = [];
  /** @type {readonly Message[] | undefined} */ #snapshot;
  /** Tells whether the log has messages before these. */
  hasOlder = false;
  /** Number of older messages that the application asked for. */ #older = 0;
  /**
   * Changes of messages that are not in the list, while older ones are fetched.
   *
   * @type {Map<string, Partial<Message>> | undefined}
   */
  #missed;

  /** Returns the messages, oldest first: the same array until they change. */
  get all() {
    return (this.#snapshot ??= Object.freeze([...this.#messages]));
  }

  /** @param {Message} message */
  add(message) {
    this.#snapshot = undefined;
    this.#messages.push(message);
    if (this.#messages.length > MAX_MESSAGES + this.#older) {
      this.#messages.shift();
      this.hasOlder = true;
    }
  }

  /**
   * Adds the messages before these.
   *
   * @param {() => Promise<{messages: Message[], older: boolean}>} fetch returns them
   * @returns {Promise<boolean>} whether they were added: after a gap, they do not border on the others any more
   */
  async prepend(fetch) {
    const first = this.#messages[0];
    const missed = (this.#missed = new Map());
    const { messages, older } = await fetch().finally(() => (this.#missed = undefined));
    if (this.#messages[0]?.cursor !== first.cursor) {
      return false;
    }
    this.#snapshot = undefined;
    this.#messages.unshift(
      ...messages.map((message) => changed(message, missed.get(message.cursor))),
    );
    this.#older += messages.length;
    this.hasOlder = older;
    return true;
  }

  /**
   * @param {string} cursor
   * @param {Partial<Message>} change
   */
  change(cursor, change) {
    const at = this.#messages.findLastIndex((message) => message.cursor === cursor);
    if (at >= 0) {
      this.#snapshot = undefined;
      this.#messages[at] = changed(this.#messages[at], change);
    } else {
      this.#missed?.set(cursor, { ...this.#missed.get(cursor), ...change });
    }
  }

  /** Starts again after a gap. */
  clear() {
    this.#snapshot = undefined;
    this.#messages = [];
    this.#older = 0;
    this.hasOlder = true;
  }
}

/**
 * Returns a message after a change. A deleted message has neither a kind nor data.
 *
 * @param {Message} message
 * @param {Partial<Message>} [change]
 * @returns {Message}
 */
function changed(message, change) {
  const now = { ...message, ...change };
  if (now.deleted) {
    delete now.kind;
    delete now.data;
  }
  return Object.freeze(now);
}
