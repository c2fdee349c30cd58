import { Backoff, Pause } from './backoff.js';
import { request } from './http.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./shared.js').Told} Told
 */

/** For how long the server may hold a poll, seconds. */
const WAIT_S = 25;
/** An answer may come this much later before the connection counts as dead, ms. */
const LATE_MS = 10_000;
/** Between polls where nothing can be waited for, ms. */
const POLL_MS = 2_000;

/** Asks who is in a room, again and again; the server answers as soon as something differs. */
export class RosterPoll {
  #env;
  #address;
  #tell;
  #pause;
  /** @type {AbortController | undefined} */ #poll;
  /** @type {string | undefined} */ #tag;
  #isCurrent = false;
  #open = true;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} address
   * @param {(told: Told) => void} tell
   */
  constructor(env, address, tell) {
    this.#env = env;
    this.#address = address;
    this.#tell = tell;
    this.#pause = new Pause(env);
    this.#pageListeners = [
      env.on('online', () => this.#again()),
      env.on('offline', () => this.#lost('offline')),
      env.on('show', () => this.#again()),
    ];
    this.#loop();
  }

  /** A poll that is held ends by itself: there is nothing to check. */
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
        await this.#ask();
        backoff.reset();
      } catch (error) {
        await this.#onFailure(/** @type {LivelineError} */ (error), backoff);
      }
    }
  }

  async #ask() {
    this.#poll = new AbortController();
    const waits = this.#tag !== undefined && this.#isCurrent;
    // Coming back, ask without waiting: it tells at once that we are there again.
    /** @type {Record<string, string>} */
    const headers = waits ? { 'If-None-Match': /** @type {string} */ (this.#tag), Prefer: `wait=${WAIT_S}` } : {};
    const timeoutMs = (waits ? WAIT_S * 1000 : 0) + LATE_MS;
    const answer = await request(this.#env, await this.#address(), { headers, signal: this.#poll.signal, timeoutMs });
    if (!this.#open) {
      return;
    }
    this.#isCurrent = true;
    if (answer.status === 304) {
      this.#tell({ is: 'same' });
      return;
    }
    this.#tag = answer.headers.get('ETag') ?? undefined;
    this.#tell({ is: 'roster', online: answer.body.online, typing: answer.body.typing });
    if (this.#tag === undefined) {
      // Something on the way took the tag off: without it nothing can be waited for, so ask now and then.
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
      this.#tell({ is: 'error', code: error.code, detail: error.message, status: error.status });
    }
    await this.#pause.for(Math.max(backoff.next(), error.retryAfterMs ?? 0));
  }

  /** @param {'connecting' | 'offline'} state */
  #lost(state) {
    this.#isCurrent = false;
    this.#tell({ is: 'state', state });
  }

  /** The network or the page is back. */
  #again() {
    this.#lost('connecting');
    this.#poll?.abort();
    this.#pause.cut();
  }
}
