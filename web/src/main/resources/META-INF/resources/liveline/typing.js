import { request } from './http.js';

/** @typedef {import('./browser.js').Env} Env */

/** Interval of repeats until the server has sent its own, ms. */
const REPEAT_MS = 3_000;

/** Reports that the user is typing: on the first key, then at the server's interval while more keys follow. */
export class Typing {
  #env;
  #address;
  #repeatMs = REPEAT_MS;
  /** Time of the last report, ms; undefined if the server has none. @type {number | undefined} */ #sentAt;
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
    if (this.#sentAt === undefined || now - this.#sentAt >= this.#repeatMs) {
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
      } catch {
        // Typing expires by itself, and the next key reports it again.
        this.#sentAt = undefined;
      }
    });
  }
}
