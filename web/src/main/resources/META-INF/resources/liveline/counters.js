import { Backoff } from './backoff.js';
import { CounterStream } from './counterstream.js';
import { Emitter } from './emitter.js';
import { LivelineError, request } from './http.js';
import { integerOf, parseIntegers } from './integers.js';
import { Stopwatch } from './stopwatch.js';
import { errorOf, TabLeader } from './tableader.js';

/**
 * @typedef {import('./browser.js').Env} Env
 *
 * @typedef {object} CounterEvents
 * @property {{changed: Values, values: Values}} change `changed` holds the new values only
 * @property {CountersState} state
 * @property {LivelineError} error the counters cannot be read, or one is left out, since a number cannot hold its value
 *     (`beyond_number`)
 *
 * @typedef {Record<string, any>} Values numbers, or bigints if the application asked for them
 *
 * @typedef {'connecting' | 'live' | 'offline' | 'refused' | 'closed'} CountersState
 * live: the values are the newest; refused: the server rejected the names or the account
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
  /** Position of the values. */ #cursor = '';
  /** Last error since the values were live. @type {import('./tableader.js').TabMessage | undefined} */ #error;
  #open = true;
  /** Last error since the state was `live`. @type {import('./http.js').LivelineError | undefined} */ error;
  /** Functions that resume waiting iterators. @type {Set<() => void>} */ #wakes = new Set();
  /** @type {CountersState} */ #state = 'connecting';
  #wantsBigint;
  /** Counters whose value no number can hold. @type {Set<string>} */ #beyond = new Set();

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string[]} names exact names, or prefixes that end in `*`; empty: all counters
   * @param {() => Promise<string | undefined>} account returns the id of the account whose tabs share a stream
   * @param {boolean} [bigint] whether the values are bigints
   */
  constructor(env, where, names, account, bigint = false) {
    super();
    this.#env = env;
    this.#where = where;
    this.#wantsBigint = bigint;
    /** @type {Values} the newest value of each counter: the same object until one changes */
    this.values = {};
    const query = names.length === 0 ? '' : `?names=${names.map(encodeURIComponent).join(',')}`;
    const key = async () => {
      const who = await account();
      return who && `${await where()}/counters${query}${bigint ? ' bigint' : ''} ${who}`;
    };
    this.#leader = new TabLeader(env, key, {
      open: (publish) => new CounterStream(env, where, query, this.#cursor, publish),
      onMessage: (message) => this.#onMessage(message),
      state: () => [
        ...(this.#hasSnapshot ? [{ is: 'again', values: this.values, cursor: this.#cursor }] : []),
        { is: 'state', state: this.#state },
        ...(this.#error ? [this.#error] : []),
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
   * @returns {Promise<[ms: number, value: any][]>}
   */
  async history(name) {
    const address = `${await this.#where()}/counters/${encodeURIComponent(name)}/history`;
    const { body } = await request(this.#env, address, { parse: parseIntegers });
    return body.points.map((/** @type {[number, number | bigint]} */ [ms, value]) => [ms, this.#integer(value, name)]);
  }

  /**
   * Adds to a counter exactly once. The client repeats the request until an answer arrives.
   *
   * @param {string} name
   * @param {number | bigint} [by] whole number, at least 1
   * @returns {Promise<any>} the new value; rejected with `beyond_number` if a number cannot hold `by`, or, after it was
   *     added, the new value
   */
  async increment(name, by = 1) {
    if (typeof by === 'number' && !Number.isSafeInteger(by)) {
      throw new LivelineError('beyond_number', `${by} is no exact whole number`);
    }
    const options = {
      method: 'POST',
      headers: { 'Idempotency-Key': this.#env.id() },
      body: `{"by":${by}}`,
      parse: parseIntegers,
    };
    const backoff = new Backoff(this.#env.random);
    const age = new Stopwatch(this.#env);
    for (;;) {
      try {
        const address = `${await this.#where()}/counters/${encodeURIComponent(name)}/increments`;
        return this.#integer((await request(this.#env, address, options)).body.value, name);
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
    if (this.#open) {
      this.#open = false;
      this.#leader.close();
      this.#wakes.forEach((wake) => wake());
      this.#setState('closed');
    }
  }

  /** @param {import('./tableader.js').TabMessage} message */
  #onMessage(message) {
    if (!this.#open) {
      return;
    }
    const { is } = message;
    if (is === 'state') {
      this.#setState(message.state);
    } else if (is === 'error') {
      this.#onError(message);
    } else if (is === 'snapshot' || (is === 'again' && !this.#hasSnapshot)) {
      this.#onValues(message, {});
    } else if (is === 'change' && this.#hasSnapshot) {
      this.#onValues(message, this.values);
    }
  }

  /**
   * @param {number | bigint} value
   * @param {string} name
   */
  #integer(value, name) {
    return integerOf(value, this.#wantsBigint, name);
  }

  /**
   * Returns the values that the application can use. The others are reported once.
   *
   * @param {Record<string, number | bigint>} values
   */
  #integers(values) {
    const usable = /** @type {Values} */ ({});
    for (const [name, value] of Object.entries(values)) {
      try {
        usable[name] = this.#integer(value, name);
      } catch (error) {
        // Its last value would be a wrong one.
        usable[name] = undefined;
        if (!this.#beyond.has(name)) {
          this.#beyond.add(name);
          this.emit('error', /** @type {LivelineError} */ (error));
        }
      }
    }
    return usable;
  }

  /**
   * @param {import('./tableader.js').TabMessage} message
   * @param {Values} before values of the other counters
   */
  #onValues({ is, values: received, cursor }, before) {
    const changed = this.#integers(received);
    const values = { ...before, ...changed };
    const isNew = is !== 'change' || Object.keys(changed).length > 0;
    this.#hasSnapshot = true;
    this.#cursor = cursor;
    this.#error = this.error = undefined;
    if (isNew) {
      this.values = values;
    }
    this.#setState('live');
    // A stream that resumes where nothing has changed begins with an empty change.
    if (isNew) {
      this.emit('change', { changed, values });
      this.#wakes.forEach((wake) => wake());
    }
  }

  /** @param {import('./tableader.js').TabMessage} message */
  #onError(message) {
    const isKnown = message.code === this.#error?.code;
    const error = errorOf(message);
    this.#error = message;
    this.error = error;
    if (!error.isTransient) {
      this.#setState('refused');
    }
    if (!isKnown) {
      this.emit('error', error);
    }
  }

  /** @param {CountersState} state */
  #setState(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
