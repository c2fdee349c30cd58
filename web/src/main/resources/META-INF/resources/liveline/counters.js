import { Backoff } from './backoff.js';
import { CounterStream } from './counterstream.js';
import { Emitter } from './emitter.js';
import { LivelineError, request } from './http.js';
import { Shared } from './shared.js';

/**
 * @typedef {import('./browser.js').Env} Env
 *
 * @typedef {object} CounterEvents
 * @property {{changed: Record<string, number>, values: Record<string, number>}} change `changed` is what is new
 * @property {'connecting' | 'live' | 'offline'} state
 */

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
  #shared;
  /** Whether a snapshot was heard: what only changes it means nothing before. */
  #hasBegun = false;
  #open = true;
  /** Ends the waiting of iterators. @type {Set<() => void>} */ #wakes = new Set();
  /** @type {'connecting' | 'live' | 'offline'} */ #state = 'connecting';

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string[]} names exact, or ending in `*`; none: all
   * @param {{name: string, carriesToken: boolean}} who
   */
  constructor(env, where, names, { name, carriesToken }) {
    super();
    this.#env = env;
    this.#where = where;
    /** @type {Record<string, number>} the newest value of each counter */
    this.values = {};
    const path = `/counters/stream${names.length === 0 ? '' : `?names=${names.map(encodeURIComponent).join(',')}`}`;
    // By person as well: another one may not see the same.
    this.#shared = new Shared(env, `${path} ${name}`, {
      begin: (tell) => new CounterStream(env, async () => (await where()) + path, carriesToken, tell),
      hear: (told) => this.#hear(told),
      recall: () => [
        ...(this.#hasBegun ? [{ is: 'again', values: this.values }] : []),
        { is: 'state', state: this.#state },
      ],
    });
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
    this.#shared.close();
    this.#wakes.forEach((wake) => wake());
  }

  /** @param {import('./shared.js').Told} told */
  #hear({ is, values, state }) {
    if (!this.#open) {
      return;
    }
    if (is === 'state') {
      this.#become(state);
    } else if (is === 'snapshot' || (is === 'again' && !this.#hasBegun)) {
      this.#onValues(values, values);
    } else if (is === 'change' && this.#hasBegun) {
      this.#onValues(values, { ...this.values, ...values });
    }
  }

  /**
   * @param {Record<string, number>} changed
   * @param {Record<string, number>} values
   */
  #onValues(changed, values) {
    this.#hasBegun = true;
    this.values = values;
    this.#become('live');
    this.emit('change', { changed, values });
    this.#wakes.forEach((wake) => wake());
  }

  /** @param {'connecting' | 'live' | 'offline'} state */
  #become(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
