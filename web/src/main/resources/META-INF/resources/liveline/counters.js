import { Backoff } from './backoff.js';
import { CounterStream } from './counterstream.js';
import { Emitter } from './emitter.js';
import { LivelineError, request } from './http.js';
import { Stopwatch } from './stopwatch.js';
import { TabLeader } from './tableader.js';

/**
 * @typedef {import('./browser.js').Env} Env
 *
 * @typedef {object} CounterEvents
 * @property {{changed: Record<string, number>, values: Record<string, number>}} change `changed` holds the new values
 *     only
 * @property {'connecting' | 'live' | 'offline'} state
 */

/** Longest time in which an increment is repeated, ms. The server remembers its key for ten minutes. */
const REPEAT_MS = 60_000;

/**
 * Newest values of some counters. Only the newest value matters, so nothing is replayed: after a reconnect the server
 * sends the values that differ, or all of them.
 *
 * @extends {Emitter<CounterEvents>}
 */
export class Counters extends Emitter {
  /** @type {Env} */ #env;
  #where;
  #leader;
  /** True after the first snapshot. Changes before it are ignored. */
  #hasSnapshot = false;
  #open = true;
  /** Functions that resume waiting iterators. @type {Set<() => void>} */ #wakes = new Set();
  /** @type {'connecting' | 'live' | 'offline'} */ #state = 'connecting';

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string[]} names exact names, or prefixes that end in `*`; empty: all counters
   * @param {{name?: string, carriesToken: boolean}} user
   */
  constructor(env, where, names, { name, carriesToken }) {
    super();
    this.#env = env;
    this.#where = where;
    /** @type {Record<string, number>} the newest value of each counter */
    this.values = {};
    const path = `/counters/stream${names.length === 0 ? '' : `?names=${names.map(encodeURIComponent).join(',')}`}`;
    // The key includes the user, since another user may not see the same counters.
    this.#leader = new TabLeader(env, `${path} ${name}`, {
      open: (publish) => new CounterStream(env, async () => (await where()) + path, carriesToken, publish),
      onMessage: (message) => this.#onMessage(message),
      state: () => [
        ...(this.#hasSnapshot ? [{ is: 'again', values: this.values }] : []),
        { is: 'state', state: this.#state },
      ],
    });
  }

  /** Returns the state of the connection: `live` if the values are the newest. */
  get state() {
    return this.#state;
  }

  /**
   * Returns the values of a counter in the last fifteen minutes.
   *
   * @param {string} name
   * @returns {Promise<[ms: number, value: number][]>}
   */
  async history(name) {
    const { body } = await request(this.#env, `${await this.#where()}/counters/${encodeURIComponent(name)}/history`);
    return body.points;
  }

  /**
   * Adds to a counter exactly once. The client repeats the request until an answer arrives.
   *
   * @param {string} name
   * @param {number} [by] whole number, at least 1
   * @returns {Promise<number>} the new value
   */
  async increment(name, by = 1) {
    const options = { method: 'POST', headers: { 'Idempotency-Key': this.#env.id() }, json: { by } };
    const backoff = new Backoff(this.#env.random);
    const age = new Stopwatch(this.#env);
    for (;;) {
      try {
        const address = `${await this.#where()}/counters/${encodeURIComponent(name)}/increments`;
        return (await request(this.#env, address, options)).body.value;
      } catch (error) {
        const wait = backoff.next();
        if (!(error instanceof LivelineError && error.isTransient) || age.ms + wait > REPEAT_MS) {
          throw error;
        }
        await new Promise((resolve) =>
          this.#env.after(() => resolve(undefined), Math.max(wait, error.retryAfterMs ?? 0)),
        );
      }
    }
  }

  /** Iterates over the newest values after each change. Changes that arrive while the loop body runs are merged. */
  async *[Symbol.asyncIterator]() {
    let fresh = Object.keys(this.values).length > 0;
    let wake = () => {};
    const onChange = () => {
      fresh = true;
      wake();
    };
    this.#wakes.add(onChange);
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
      this.#wakes.delete(onChange);
    }
  }

  /** Closes the stream and ends all iterators. */
  close() {
    this.#open = false;
    this.#leader.close();
    this.#wakes.forEach((wake) => wake());
  }

  /** @param {import('./tableader.js').TabMessage} message */
  #onMessage({ is, values, state }) {
    if (!this.#open) {
      return;
    }
    if (is === 'state') {
      this.#setState(state);
    } else if (is === 'snapshot' || (is === 'again' && !this.#hasSnapshot)) {
      this.#onValues(values, values);
    } else if (is === 'change' && this.#hasSnapshot) {
      this.#onValues(values, { ...this.values, ...values });
    }
  }

  /**
   * @param {Record<string, number>} changed
   * @param {Record<string, number>} values
   */
  #onValues(changed, values) {
    this.#hasSnapshot = true;
    this.values = values;
    this.#setState('live');
    this.emit('change', { changed, values });
    this.#wakes.forEach((wake) => wake());
  }

  /** @param {'connecting' | 'live' | 'offline'} state */
  #setState(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
