import { Backoff, Pause } from './backoff.js';
import { entityTag, LivelineError, request } from './http.js';
import { parseIntegers } from './integers.js';
import { readStream } from './sse.js';
import { Stopwatch } from './stopwatch.js';
import { failure } from './tableader.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./tableader.js').TabMessage} TabMessage
 */

/** Silence after which a return to the page opens a new stream, ms. */
const QUIET_MS = 30_000;
/** Longest silence of a live stream, ms. The server sends something at least every 15 s. */
const SILENCE_MS = 35_000;
/** Longest wait for the first event, which the server sends at once; a buffering proxy is detected by it, ms. */
const FIRST_MS = 8_000;
/** The same while polls get through: the values are as old as that. */
const FIRST_OF_CLIMB_MS = 3_000;
/** A stream that lasted this long counts as good, ms. */
const STABLE_MS = 10_000;
/** Failures of streams after which polls are tried. Silence counts twice, since detecting it takes long. */
const MAX_STRIKES = 2;
/** Interval of polls, ms. */
const POLL_MS = 2_000;
/** Shortest and longest time until a stream is tried again, ms. */
const CLIMB_MS = 15_000;
const LONGEST_CLIMB_MS = 10 * 60_000;
/** Time until an account without the right asks again, ms: it may get the right, or a new token. */
const REFUSED_MS = 60_000;

/**
 * Values of some counters: a stream that resumes at its cursor, or polls where streams do not get through but plain HTTP
 * does. It uses `fetch`, not an EventSource, which does not report why it was rejected and cannot send a token.
 */
export class CounterStream {
  #env;
  #where;
  #query;
  #publish;
  #pause;
  #backoff;
  #climbs;
  /** Ends the request in flight. */ #abort = new AbortController();
  /** Time since the last bytes. */ #silence;
  /** Position of the values. A request sends it, so that no answer is older. */ #cursor;
  /** @type {string | undefined} */ #tag;
  #strikes = 0;
  #isPolling = false;
  /** Time to try a stream again, ms. */
  #climbAt = 0;
  /** Time of the first event of the current stream, ms. @type {number | undefined} */ #firstAt;
  #isLive = false;
  #isOpen = true;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where returns the base address of the service
   * @param {string} query selection of the counters, such as `?names=a`, or empty
   * @param {string} cursor position of the values that the tab has; empty if it has none
   * @param {(message: TabMessage) => void} publish
   */
  constructor(env, where, query, cursor, publish) {
    this.#env = env;
    this.#where = where;
    this.#query = query;
    this.#cursor = cursor;
    this.#publish = publish;
    this.#pause = new Pause(env);
    this.#silence = new Stopwatch(env);
    this.#backoff = new Backoff(env.random);
    this.#climbs = new Backoff(env.random, CLIMB_MS, LONGEST_CLIMB_MS);
    this.#pageListeners = [env.on('online', () => this.#restart()), env.on('offline', () => this.#lost('offline'))];
    this.#loop();
  }

  /** Opens a new stream after a long silence: the computer may have slept. */
  check() {
    if (this.#silence.ms > QUIET_MS) {
      this.#restart();
    }
  }

  close() {
    this.#isOpen = false;
    this.#pageListeners.forEach((end) => end());
    this.#restart();
  }

  /** Replaces the connection at once, or ends a wait: the network or the page is back. */
  #restart() {
    this.#silence.restart();
    this.#abort.abort();
    this.#pause.cut();
  }

  async #loop() {
    while (this.#isOpen) {
      this.#abort = new AbortController();
      const { signal } = this.#abort;
      const isPoll = this.#isPolling && this.#env.uptime() < this.#climbAt;
      this.#firstAt = undefined;
      let wait = 0;
      try {
        const base = await this.#where();
        wait = isPoll ? await this.#poll(base, signal) : await this.#stream(base, signal);
      } catch (error) {
        wait = this.#isOpen && !signal.aborted ? this.#failed(/** @type {LivelineError} */ (error), isPoll) : 0;
      }
      if (this.#isOpen && !signal.aborted) {
        await this.#pause.for(wait);
      }
    }
  }

  /**
   * @param {string} base
   * @param {AbortSignal} signal
   * @returns {Promise<number>} time until the next request, ms
   */
  async #stream(base, signal) {
    this.#silence.restart();
    const retryMs = await readStream(this.#env, this.#address(`${base}/counters/stream`, this.#cursor), {
      signal,
      firstMs: this.#isPolling ? FIRST_OF_CLIMB_MS : FIRST_MS,
      silenceMs: () => SILENCE_MS,
      onBytes: () => this.#silence.restart(),
      onEvent: ({ type, data }) => {
        this.#firstAt ??= this.#env.uptime();
        this.#isPolling = false;
        this.#onValues(type, parseIntegers(data));
      },
    });
    if (signal.aborted) {
      return 0;
    }
    if (this.#firstAt === undefined) {
      // The replica has not reached the position yet, or a proxy swallows the stream.
      const detail = 'The stream ended before its first event';
      throw new LivelineError('unavailable', detail, { retryAfterMs: retryMs });
    }
    // The server ends a stream when it shuts down and when the token expires.
    this.#lost('connecting');
    this.#noteStable();
    return Math.max(this.#backoff.next(), retryMs ?? 0);
  }

  /**
   * @param {string} base
   * @param {AbortSignal} signal
   * @returns {Promise<number>} time until the next request, ms
   */
  async #poll(base, signal) {
    /** @type {Record<string, string>} */
    const headers = this.#tag === undefined ? {} : { 'If-None-Match': this.#tag };
    const address = this.#address(`${base}/counters`, this.#tag === undefined ? this.#cursor : '');
    const answer = await request(this.#env, address, { headers, signal, parse: parseIntegers });
    this.#silence.restart();
    if (answer.status !== 304) {
      this.#tag = entityTag(answer.headers);
      this.#onValues('snapshot', answer.body);
    } else if (!this.#isLive) {
      this.#isLive = true;
      this.#publish({ is: 'state', state: 'live' });
    }
    return POLL_MS;
  }

  /**
   * @param {string} path
   * @param {string} after
   */
  #address(path, after) {
    const position = after && `${this.#query ? '&' : '?'}after=${encodeURIComponent(after)}`;
    return path + this.#query + position;
  }

  /**
   * @param {string} type
   * @param {{counters: Record<string, {value: number}>, cursor: string}} data
   */
  #onValues(type, { counters, cursor }) {
    this.#cursor = cursor;
    this.#isLive = true;
    const values = Object.fromEntries(Object.entries(counters).map(([name, { value }]) => [name, value]));
    this.#publish({ is: type, values, cursor });
  }

  /**
   * Handles a failure, and chooses what to try next.
   *
   * @param {LivelineError} error
   * @param {boolean} isPoll
   * @returns {number} time until the next request, ms
   */
  #failed(error, isPoll) {
    if (error instanceof LivelineError && !error.isTransient) {
      return this.#refused(error);
    }
    if (this.#isPolling && !isPoll) {
      // Streams still do not get through. Polls continue.
      this.#climbLater();
      return 0;
    }
    this.#lost(this.#isLive ? 'connecting' : 'offline');
    if (error.code === 'bad_answer') {
      this.#publish(failure(error));
    }
    // If plain HTTP gets no answer, the server is down, and a stream is as good as a poll.
    this.#isPolling = false;
    if (isPoll) {
      return Math.max(this.#backoff.next(), error.retryAfterMs ?? 0);
    }
    if (!this.#noteStable()) {
      this.#strikes += error.code === 'timeout' ? 2 : 1;
    }
    if (this.#strikes >= MAX_STRIKES) {
      this.#strikes = 0;
      this.#isPolling = true;
      this.#tag = undefined;
      this.#climbLater();
      return 0;
    }
    return Math.max(this.#backoff.next(), error.retryAfterMs ?? 0);
  }

  /** Handles the end of a stream. Returns whether it lasted long enough to count as good. */
  #noteStable() {
    const isStable = this.#firstAt !== undefined && this.#env.uptime() - this.#firstAt >= STABLE_MS;
    if (isStable) {
      this.#strikes = 0;
      this.#backoff.reset();
      this.#climbs.reset();
    }
    return isStable;
  }

  #climbLater() {
    this.#climbAt = this.#env.uptime() + CLIMB_MS + this.#climbs.next();
  }

  /**
   * @param {LivelineError} error
   * @returns {number} time until the next request, ms
   */
  #refused(error) {
    this.#isLive = false;
    this.#publish(failure(error));
    if (error.status !== 401 && error.status !== 403) {
      this.close();
    }
    return REFUSED_MS;
  }

  /** @param {'connecting' | 'offline'} state */
  #lost(state) {
    this.#isLive = false;
    this.#publish({ is: 'state', state });
  }
}
