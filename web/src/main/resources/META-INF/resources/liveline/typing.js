import { request } from './http.js';

/** @typedef {import('./browser.js').Env} Env */

/** Interval of repeats until the server has sent its own, ms. */
const REPEAT_MS = 3_000;
/** Time until the next report after a failure, ms. */
const FAILED_MS = 1_000;
/** Time until the next report after a rejection, ms: typing is not shown in large rooms, or the user may not post. */
const REFUSED_MS = 30_000;

/** Reports that the user is typing: on the first key, then at the server's interval while more keys follow. */
export class Typing {
  #env;
  #address;
  #repeatMs = REPEAT_MS;
  /** Time of the last report, ms; undefined if the server has none. @type {number | undefined} */ #sentAt;
  /** Time before which no key is reported, since the last report failed, ms. */ #notBefore = -Infinity;
  /** Last request. Requests are sent one after the other, so that the end of typing cannot arrive before its start. */
  #last = Promise.resolve();

  /**
   * @param {Env} env
   * @param {() => Promise<string>} address returns the address of the user's typing resource in one room
   */
  constructor(env, address) {
    this.#env = env;
    this.#address = address;
  }

  /** Handles a key press. */
  key() {
    const now = this.#env.uptime();
    if (now >= this.#notBefore && (this.#sentAt === undefined || now - this.#sentAt >= this.#repeatMs)) {
      this.#sentAt = now;
      this.#send('PUT');
    }
  }

  /** Ends typing: the field was emptied or its text was sent. */
  end() {
    if (this.#sentAt !== undefined) {
      this.#sentAt = undefined;
      this.#send('DELETE');
    }
  }

  /** @param {string} method */
  #send(method) {
    this.#last = this.#last.then(async () => {
      try {
        const { headers } = await request(this.#env, await this.#address(), { method });
        this.#repeatMs = Number(headers.get('Liveline-Typing') ?? NaN) * 1000 || this.#repeatMs;
      } catch (error) {
        // Typing expires by itself, and a later key reports it again.
        const { isTransient, retryAfterMs = 0 } = /** @type {import('./http.js').LivelineError} */ (error);
        this.#sentAt = undefined;
        this.#notBefore = this.#env.uptime() + Math.max(isTransient ? FAILED_MS : REFUSED_MS, retryAfterMs);
      }
    });
  }
}
