import { request } from './http.js';

/** @typedef {import('./browser.js').Env} Env */

/** How often typing is repeated until the server has said, ms. */
const REPEAT_MS = 3_000;

/** Says that somebody is typing: on the first key, then as often as the server asks while more keys follow. */
export class Typing {
  #env;
  #address;
  #repeatMs = REPEAT_MS;
  /** When typing was said last; nothing of it stands when undefined. @type {number | undefined} */ #saidAt;
  /** Requests are sent one after the other: overtaken, the end of typing would come before its beginning. */
  #last = Promise.resolve();

  /**
   * @param {Env} env
   * @param {() => Promise<string>} address of the typing of one person in one room
   */
  constructor(env, address) {
    this.#env = env;
    this.#address = address;
  }

  /** A key was pressed. */
  key() {
    const now = this.#env.now();
    if (this.#saidAt === undefined || now - this.#saidAt >= this.#repeatMs) {
      this.#saidAt = now;
      this.#say('PUT');
    }
  }

  /** It ended, because the field was emptied or its text was sent. */
  end() {
    if (this.#saidAt !== undefined) {
      this.#saidAt = undefined;
      this.#say('DELETE');
    }
  }

  /** @param {string} method */
  #say(method) {
    this.#last = this.#last.then(async () => {
      try {
        const { headers } = await request(this.#env, await this.#address(), { method });
        this.#repeatMs = Number(headers.get('Liveline-Typing') ?? NaN) * 1000 || this.#repeatMs;
      } catch {
        // A hint that expires by itself: the next key says it again.
        this.#saidAt = undefined;
      }
    });
  }
}
