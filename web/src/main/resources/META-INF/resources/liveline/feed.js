import { Backoff } from './backoff.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./transportconnection.js').Frame} Frame
 *
 * @typedef {object} FeedListener
 * @property {(event: Frame) => void} event next event: in the log's order, each once
 * @property {() => void} gap events between the last one and the next one are lost
 * @property {(older: boolean) => void} loaded the newest messages were delivered; whether older ones exist
 * @property {() => void} filling the feed started or finished filling a gap
 * @property {() => void} overflowed too many events wait: join again after the cursor
 * @property {(error: LivelineError) => void} rejected the log cannot be read
 */

/** Number of messages that are delivered when a room is opened. */
const NEWEST = 50;
/** Messages in one request to fill a gap. */
const REFETCH = 200;
/** Maximum number of events that wait after a gap; beyond it the client joins the room again. */
const MAX_HELD = 2000;
/** Number of remembered cursors, which detect repeated events. */
const MAX_SEEN = 2000;

/**
 * Ordered events of a room's log: its newest page, then the events of the connection, with gaps filled from the log.
 */
export class Feed {
  #env;
  #fetch;
  #listener;
  #backoff;
  /** Position up to which all events were delivered. @type {string | undefined} */ #cursor;
  /** @type {Set<string>} */ #seen = new Set();
  /** Events that wait while a gap before them is filled. @type {Frame[] | undefined} */ #held;
  #loading = false;
  #open = true;
  /** Number that grows with each connection and each refetch, so that a late answer is recognized. */
  #turn = 0;
  /** @type {any} */ #timer;

  /**
   * @param {Env} env
   * @param {(query: string) => Promise<any>} fetch returns a page of the log
   * @param {FeedListener} listener
   */
  constructor(env, fetch, listener) {
    this.#env = env;
    this.#fetch = fetch;
    this.#listener = listener;
    this.#backoff = new Backoff(env.random);
  }

  /** Position from which to resume; undefined before the newest page was delivered. */
  get cursor() {
    return this.#cursor;
  }

  /** Tells whether events wait after a gap. */
  get isFilling() {
    return this.#held !== undefined;
  }

  /** Drops pending requests and waiting events: a new connection delivers them again. */
  reset() {
    this.#turn++;
    this.#held = undefined;
  }

  /** Drops the cursor, which the server does not know. */
  forget() {
    this.#cursor = undefined;
    this.#listener.gap();
  }

  close() {
    this.#open = false;
    this.#turn++;
    this.#env.never(this.#timer);
  }

  /** Loads the snapshot that all other events follow. It needs no connection, so it is fetched while one opens. */
  async load() {
    if (this.#loading || !this.#open) {
      return;
    }
    this.#loading = true;
    try {
      const page = await this.#fetch(`?limit=${NEWEST}`);
      if (this.#open) {
        this.#deliverAll(page.messages);
        this.#cursor = page.cursor;
        this.#listener.loaded(page.more);
      }
    } catch (error) {
      this.#failed(/** @type {LivelineError} */ (error), () => this.load());
    } finally {
      this.#loading = false;
    }
  }

  /** Fills a gap from the log, as far back as it reaches. Events that arrive in the meantime wait. */
  async refetch() {
    const turn = ++this.#turn;
    this.#held ??= [];
    this.#listener.filling();
    try {
      for (let more = true; more; ) {
        const after = this.#cursor ?? '';
        const page = await this.#fetch(`?after=${encodeURIComponent(after)}&limit=${REFETCH}`);
        if (turn !== this.#turn) {
          return;
        }
        if (!page.complete) {
          this.#listener.gap();
        }
        this.#deliverAll(page.messages);
        // A page without progress would be requested for ever.
        more = page.more && page.cursor !== after;
        this.#cursor = page.cursor;
      }
      this.#backoff.reset();
      this.#release();
    } catch (error) {
      if (turn === this.#turn) {
        this.#failed(/** @type {LivelineError} */ (error), () => this.refetch());
      }
    }
  }

  /**
   * Retries after a failure that may pass, with backoff, unless the connection has changed by then.
   *
   * @param {LivelineError} error
   * @param {() => void} attempt
   */
  retryLater(error, attempt) {
    const turn = ++this.#turn;
    const wait = Math.max(this.#backoff.next(), error.retryAfterMs ?? 0);
    this.#env.never(this.#timer);
    this.#timer = this.#env.after(() => turn === this.#turn && attempt(), wait);
  }

  /**
   * @param {LivelineError} error
   * @param {() => void} attempt
   */
  #failed(error, attempt) {
    if (!this.#open) {
      return;
    }
    if (error.isTransient) {
      this.retryLater(error, attempt);
    } else {
      this.#listener.rejected(error);
    }
  }

  /** @param {Frame} event event that the connection received */
  receive(event) {
    if (this.#held === undefined) {
      this.#backoff.reset();
      this.#deliver(event);
    } else if (this.#held.length < MAX_HELD) {
      this.#held.push(event);
    } else {
      this.#listener.overflowed();
    }
  }

  #release() {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#deliverAll(held);
    this.#listener.filling();
  }

  /** @param {Frame[]} events */
  #deliverAll(events) {
    for (const event of events) {
      this.#deliver(event);
    }
  }

  /** @param {Frame} event */
  #deliver(event) {
    if (this.#seen.has(event.cursor)) {
      return;
    }
    this.#seen.add(event.cursor);
    if (this.#seen.size > MAX_SEEN) {
      this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value));
    }
    this.#cursor = event.cursor;
    this.#listener.event(event);
  }
}
