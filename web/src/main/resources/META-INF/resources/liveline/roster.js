import { Backoff, Pause } from './backoff.js';
import { entityTag, LivelineError, request } from './http.js';
import { failure } from './tableader.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./tableader.js').TabMessage} TabMessage
 */

/** Longest time that the server may hold a poll, seconds. */
const WAIT_S = 25;
/** Delay of an answer after which the connection counts as dead, ms. */
const LATE_MS = 10_000;
/** Interval of polls that are not held, ms: a proxy removed the tag or the wait, or answers from a cache. */
const POLL_MS = 2_000;
/** Time until an account without the right asks again, ms: it may get the right, or a new token. */
const REFUSED_MS = 60_000;

/** Long-poll of a room's roster. The server answers as soon as the roster differs from the last one. */
export class RosterPoll {
  #env;
  #address;
  #publish;
  #pause;
  /** @type {AbortController | undefined} */ #poll;
  /** @type {string | undefined} */ #tag;
  /** Last roster, as text. */ #roster = '';
  #isCurrent = false;
  #open = true;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} address
   * @param {(message: TabMessage) => void} publish
   */
  constructor(env, address, publish) {
    this.#env = env;
    this.#address = address;
    this.#publish = publish;
    this.#pause = new Pause(env);
    this.#pageListeners = [
      env.on('online', () => this.#pollNow()),
      env.on('offline', () => this.#lost('offline')),
      env.on('show', () => this.#pollNow()),
    ];
    this.#loop();
  }

  /** Does nothing: a poll ends by itself. */
  check() {}

  close() {
    this.#open = false;
    this.#pageListeners.forEach((end) => end());
    this.#poll?.abort();
    this.#pause.cut();
  }

  async #loop() {
    const backoff = new Backoff(this.#env.random);
    while (this.#open) {
      try {
        await this.#pollOnce();
        backoff.reset();
      } catch (error) {
        await this.#onFailure(/** @type {LivelineError} */ (error), backoff);
      }
    }
  }

  async #pollOnce() {
    this.#poll = new AbortController();
    const waits = this.#tag !== undefined && this.#isCurrent;
    // The first poll after a reconnect is not held: its answer confirms that the connection works.
    /** @type {Record<string, string>} */
    const headers = waits ? { 'If-None-Match': /** @type {string} */ (this.#tag), Prefer: `wait=${WAIT_S}` } : {};
    const timeoutMs = (waits ? WAIT_S * 1000 : 0) + LATE_MS;
    const startedAt = this.#env.uptime();
    const answer = await request(this.#env, await this.#address(), { headers, signal: this.#poll.signal, timeoutMs });
    if (!this.#open) {
      return;
    }
    this.#isCurrent = true;
    const isNew = answer.status !== 304 && this.#onRoster(answer);
    if (!isNew) {
      this.#publish({ is: 'same' });
    }
    if (this.#tag === undefined || (waits && !isNew)) {
      // Without a pause, answers that say nothing new and are not held would follow one another at full speed.
      await this.#pause.for(Math.max(0, POLL_MS - (this.#env.uptime() - startedAt)));
    }
  }

  /**
   * @param {{headers: Headers, body: any}} answer
   * @returns {boolean} whether the roster differs from the last one
   */
  #onRoster({ headers, body: { online, typing } }) {
    const known = this.#roster;
    this.#tag = entityTag(headers);
    this.#roster = JSON.stringify([online, typing]);
    const isNew = this.#roster !== known;
    if (isNew) {
      this.#publish({ is: 'roster', online, typing });
    }
    return isNew;
  }

  /**
   * @param {LivelineError} error
   * @param {Backoff} backoff
   */
  async #onFailure(error, backoff) {
    if (!this.#open || error.code === 'aborted') {
      return;
    }
    this.#isCurrent = false;
    const isRefused = error instanceof LivelineError && !error.isTransient;
    if (isRefused || error.code === 'bad_answer') {
      this.#publish(failure(error));
    }
    if (!isRefused) {
      this.#publish({ is: 'state', state: 'offline' });
    } else if (error.status !== 401 && error.status !== 403) {
      this.close();
      return;
    }
    await this.#pause.for(isRefused ? REFUSED_MS : Math.max(backoff.next(), error.retryAfterMs ?? 0));
  }

  /** @param {'connecting' | 'offline'} state */
  #lost(state) {
    this.#isCurrent = false;
    this.#publish({ is: 'state', state });
  }

  /** Polls at once: the network or the page is back. */
  #pollNow() {
    this.#lost('connecting');
    this.#poll?.abort();
    this.#pause.cut();
  }
}
