import { Backoff, Pause } from './backoff.js';
import { request } from './http.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./tableader.js').TabMessage} TabMessage
 */

/** Longest time that the server may hold a poll, seconds. */
const WAIT_S = 25;
/** Delay of an answer after which the connection counts as dead, ms. */
const LATE_MS = 10_000;
/** Interval of polls that the server cannot hold, ms. */
const POLL_MS = 2_000;

/** Long-poll of a room's roster. The server answers as soon as the roster differs from the last one. */
export class RosterPoll {
  #env;
  #address;
  #publish;
  #pause;
  /** @type {AbortController | undefined} */ #poll;
  /** @type {string | undefined} */ #tag;
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
    const answer = await request(this.#env, await this.#address(), { headers, signal: this.#poll.signal, timeoutMs });
    if (!this.#open) {
      return;
    }
    this.#isCurrent = true;
    if (answer.status === 304) {
      this.#publish({ is: 'same' });
      return;
    }
    this.#tag = answer.headers.get('ETag') ?? undefined;
    this.#publish({ is: 'roster', online: answer.body.online, typing: answer.body.typing });
    if (this.#tag === undefined) {
      // A proxy removed the tag. The server cannot hold a poll without it, so poll at an interval.
      await this.#pause.for(POLL_MS);
    }
  }

  /**
   * @param {LivelineError} error
   * @param {Backoff} backoff
   */
  async #onFailure(error, backoff) {
    if (!this.#open || error.code === 'aborted') {
      return;
    }
    this.#lost('offline');
    if (!error.isTransient) {
      this.#open = false;
      this.#publish({ is: 'error', code: error.code, detail: error.message, status: error.status });
    }
    await this.#pause.for(Math.max(backoff.next(), error.retryAfterMs ?? 0));
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
