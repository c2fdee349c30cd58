import { Backoff } from './backoff.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./lines.js').Frame} Frame
 *
 * @typedef {object} FeedHearer
 * @property {(event: Frame) => void} event the next one: in the log's order, each once
 * @property {() => void} gap what lies between the last event and the next one is lost
 * @property {(older: boolean) => void} loaded the newest messages were told; whether there are more before them
 * @property {() => void} filling a hole is being filled, or was
 * @property {() => void} flooded more came than is worth keeping: join anew, behind the cursor
 * @property {(error: LivelineError) => void} refused the log cannot be had
 */

/** How many messages are told when a room is opened. */
const NEWEST = 50;
/** How many are fetched at once to fill a hole. */
const REFETCH = 200;
/** How many may wait behind a hole; with more than that the room is joined anew. */
const MOST_HELD = 2000;
/** How many cursors are remembered to know a repeated event by. */
const MOST_SEEN = 2000;

/** What a room's log says, put in order: its newest page, then what the line tells, and what fills the holes in that. */
export class Feed {
  #env;
  #fetch;
  #hearer;
  #backoff;
  /** Everything up to here was told. @type {string | undefined} */ #cursor;
  /** @type {Set<string>} */ #seen = new Set();
  /** Events that came while a hole before them is being filled. @type {Frame[] | undefined} */ #held;
  #loading = false;
  #open = true;
  /** Grows with each connection and each refetch, so that an answer which comes too late is known as such. */
  #turn = 0;
  /** @type {any} */ #timer;

  /**
   * @param {Env} env
   * @param {(query: string) => Promise<any>} fetch gives a page of the log
   * @param {FeedHearer} hearer
   */
  constructor(env, fetch, hearer) {
    this.#env = env;
    this.#fetch = fetch;
    this.#hearer = hearer;
    this.#backoff = new Backoff(env.random);
  }

  /** Where to go on from; undefined before the newest page was told. */
  get cursor() {
    return this.#cursor;
  }

  /** Whether events wait behind a hole. */
  get isFilling() {
    return this.#held !== undefined;
  }

  /** The line is another one: what was under way is void, and what waited comes again. */
  reset() {
    this.#turn++;
    this.#held = undefined;
  }

  /** The cursor means nothing to the server. */
  forget() {
    this.#cursor = undefined;
    this.#hearer.gap();
  }

  close() {
    this.#open = false;
    this.#turn++;
    this.#env.never(this.#timer);
  }

  /** The snapshot that everything else follows. It needs no line, so it is fetched while one is being opened. */
  async load() {
    if (this.#loading || !this.#open) {
      return;
    }
    this.#loading = true;
    try {
      const page = await this.#fetch(`?limit=${NEWEST}`);
      if (this.#open) {
        this.#backoff.reset();
        this.#tellAll(page.messages);
        this.#cursor = page.cursor;
        this.#hearer.loaded(page.more);
      }
    } catch (error) {
      this.again(/** @type {LivelineError} */ (error), () => this.load());
    } finally {
      this.#loading = false;
    }
  }

  /** Fills a hole that the server could not, as far as the log reaches back; what comes meanwhile waits. */
  async refetch() {
    const turn = ++this.#turn;
    this.#held ??= [];
    this.#hearer.filling();
    try {
      for (let more = true; more; ) {
        const page = await this.#fetch(`?after=${encodeURIComponent(this.#cursor ?? '')}&limit=${REFETCH}`);
        if (turn !== this.#turn) {
          return;
        }
        if (!page.complete) {
          this.#hearer.gap();
        }
        this.#tellAll(page.messages);
        this.#cursor = page.cursor;
        more = page.more;
      }
      this.#backoff.reset();
      this.#release();
    } catch (error) {
      if (turn === this.#turn) {
        this.again(/** @type {LivelineError} */ (error), () => this.refetch());
      }
    }
  }

  /**
   * Something failed: tries it again after a while, unless the line is another one by then.
   *
   * @param {LivelineError} error
   * @param {() => void} attempt
   */
  again(error, attempt) {
    const turn = ++this.#turn;
    if (!this.#open) {
      return;
    }
    if (error.isTransient) {
      const wait = Math.max(this.#backoff.next(), error.retryAfterMs ?? 0);
      this.#timer = this.#env.after(() => turn === this.#turn && attempt(), wait);
    } else {
      this.#hearer.refused(error);
    }
  }

  /** @param {Frame} event that the line tells */
  take(event) {
    if (this.#held === undefined) {
      this.#tell(event);
    } else if (this.#held.length < MOST_HELD) {
      this.#held.push(event);
    } else {
      this.#hearer.flooded();
    }
  }

  #release() {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#tellAll(held);
    this.#hearer.filling();
  }

  /** @param {Frame[]} events */
  #tellAll(events) {
    for (const event of events) {
      this.#tell(event);
    }
  }

  /** @param {Frame} event */
  #tell(event) {
    if (this.#seen.has(event.cursor)) {
      return;
    }
    this.#seen.add(event.cursor);
    if (this.#seen.size > MOST_SEEN) {
      this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value));
    }
    this.#cursor = event.cursor;
    this.#hearer.event(event);
  }
}
