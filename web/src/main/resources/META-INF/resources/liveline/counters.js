import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import { LivelineError, request } from './http.js';

/**
 * @typedef {import('./browser.js').Env} Env
 *
 * @typedef {object} CounterEvents
 * @property {{changed: Record<string, number>, values: Record<string, number>}} change `changed` is what is new
 * @property {'connecting' | 'live' | 'offline'} state
 */

/** After this long without a word, coming back to the page opens the stream anew, ms. */
const QUIET_MS = 30_000;
/** For how long an increment is repeated before it is given up, ms; the server knows its key for ten minutes. */
const REPEAT_MS = 60_000;

/**
 * The newest values of some counters. Only the newest matters, so nothing is replayed: after any break the server
 * sends what differs, or everything.
 *
 * @extends {Emitter<CounterEvents>}
 */
export class Counters extends Emitter {
  /** @type {Env} */ #env;
  #where;
  #names;
  #backoff;
  /** @type {import('./browser.js').EventsLike | undefined} */ #stream;
  /** @type {any} */ #timer;
  #heardAt = 0;
  #open = true;
  /** Ends the waiting of iterators. @type {Set<() => void>} */ #wakes = new Set();
  /** @type {'connecting' | 'live' | 'offline'} */ #state = 'connecting';
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string[]} names exact, or ending in `*`; none: all
   */
  constructor(env, where, names) {
    super();
    this.#env = env;
    this.#where = where;
    this.#names = names;
    this.#backoff = new Backoff(env.random);
    /** @type {Record<string, number>} the newest value of each counter */
    this.values = {};
    this.#pageListeners = [
      env.on('online', () => this.#connect()),
      env.on('offline', () => this.#lost()),
      // Comments that keep the stream alive are not shown to us: after a sleep, only opening it anew tells.
      env.on('visibility', () => env.visible() && env.now() - this.#heardAt > QUIET_MS && this.#connect()),
    ];
    this.#connect();
  }

  /** Whether the values are the newest. */
  get state() {
    return this.#state;
  }

  /**
   * The last fifteen minutes of a counter.
   *
   * @param {string} name
   * @returns {Promise<[ms: number, value: number][]>}
   */
  async history(name) {
    const { body } = await request(this.#env, `${await this.#where()}/counters/${encodeURIComponent(name)}/history`);
    return body.points;
  }

  /**
   * Adds to a counter, once, however often it has to be repeated until there is an answer.
   *
   * @param {string} name
   * @param {number} [by] a whole number, 1 or more
   * @returns {Promise<number>} the new value
   */
  async increment(name, by = 1) {
    const options = { method: 'POST', headers: { 'Idempotency-Key': this.#env.id() }, json: { by } };
    const backoff = new Backoff(this.#env.random);
    const until = this.#env.now() + REPEAT_MS;
    for (;;) {
      try {
        const address = `${await this.#where()}/counters/${encodeURIComponent(name)}/increments`;
        return (await request(this.#env, address, options)).body.value;
      } catch (error) {
        const wait = backoff.next();
        if (!(error instanceof LivelineError && error.isTransient) || this.#env.now() + wait > until) {
          throw error;
        }
        await new Promise((resolve) => this.#env.after(() => resolve(undefined), Math.max(wait, error.retryAfterMs ?? 0)));
      }
    }
  }

  /** `for await (const values of counters)`: the newest values, whenever some changed; changes meanwhile are merged. */
  async *[Symbol.asyncIterator]() {
    let fresh = Object.keys(this.values).length > 0;
    let wake = () => {};
    const hear = () => {
      fresh = true;
      wake();
    };
    this.#wakes.add(hear);
    try {
      for (;;) {
        if (!fresh) {
          await new Promise((resolve) => (wake = () => resolve(undefined)));
        }
        if (!this.#open) {
          return;
        }
        fresh = false;
        yield { ...this.values };
      }
    } finally {
      this.#wakes.delete(hear);
    }
  }

  /** Ends it. */
  close() {
    this.#open = false;
    this.#pageListeners.forEach((end) => end());
    this.#drop();
    this.#wakes.forEach((wake) => wake());
  }

  #drop() {
    this.#env.never(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  async #connect() {
    this.#drop();
    try {
      const base = await this.#where();
      if (this.#open && !this.#stream) {
        this.#listen(base);
      }
    } catch {
      this.#lost();
    }
  }

  /** @param {string} base */
  #listen(base) {
    const query = this.#names.length === 0 ? '' : `?names=${this.#names.map(encodeURIComponent).join(',')}`;
    const stream = this.#env.events(`${base}/counters/stream${query}`);
    this.#stream = stream;
    this.#heardAt = this.#env.now();
    for (const type of ['snapshot', 'change']) {
      stream.addEventListener(type, (event) => stream === this.#stream && this.#onValues(type, JSON.parse(event.data)));
    }
    stream.addEventListener('error', () => stream === this.#stream && this.#onError(stream));
  }

  /**
   * @param {string} type
   * @param {{counters: Record<string, {value: number}>}} data
   */
  #onValues(type, data) {
    this.#heardAt = this.#env.now();
    this.#backoff.reset();
    const changed = Object.fromEntries(Object.entries(data.counters).map(([name, counter]) => [name, counter.value]));
    this.values = type === 'snapshot' ? changed : { ...this.values, ...changed };
    this.#become('live');
    this.emit('change', { changed, values: this.values });
    this.#wakes.forEach((wake) => wake());
  }

  /** @param {import('./browser.js').EventsLike} stream */
  #onError(stream) {
    this.#become('connecting');
    // By itself it comes back after a lost connection, with its cursor, but not after a refusal.
    if (stream.readyState === 2) {
      this.#lost();
    }
  }

  #lost() {
    this.#drop();
    if (this.#open) {
      this.#become('offline');
      this.#timer = this.#env.after(() => this.#connect(), this.#backoff.next());
    }
  }

  /** @param {'connecting' | 'live' | 'offline'} state */
  #become(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
