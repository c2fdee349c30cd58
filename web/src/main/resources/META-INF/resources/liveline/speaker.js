import { LivelineError, request } from './http.js';
import { keyOf } from './outbox.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./lines.js').Frame} Frame
 */

/**
 * Says over HTTP what else goes over the socket, and answers like it. One request at a time: side by side, messages
 * could overtake one another.
 */
export class Speaker {
  #env;
  #address;
  #tell;
  /** What is being said and what waits behind it. @type {Map<string, Frame>} */ #waiting = new Map();
  #busy = false;
  #open = true;

  /**
   * @param {Env} env
   * @param {(room: string, path: string) => string} address
   * @param {(frame: Frame) => void} tell hears the answers
   */
  constructor(env, address, tell) {
    this.#env = env;
    this.#address = address;
    this.#tell = tell;
  }

  /** @param {Frame} frame a post, an edit or a delete; one that waits already is not said twice */
  say(frame) {
    if (!this.#waiting.has(keyOf(frame))) {
      this.#waiting.set(keyOf(frame), frame);
      this.#run();
    }
  }

  /** Nothing more is said, and nothing answered. */
  close() {
    this.#open = false;
    this.#waiting.clear();
  }

  async #run() {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    for (const [key, frame] of this.#waiting) {
      const answer = await this.#answer(frame);
      this.#waiting.delete(key);
      if (this.#open) {
        this.#tell(answer);
      }
    }
    this.#busy = false;
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<Frame>}
   */
  async #answer(frame) {
    const { room, id } = frame;
    try {
      const { body } = await this.#request(frame);
      return frame.type === 'post' ? { type: 'posted', room, id, cursor: body.cursor } : { type: 'changed', room, key: keyOf(frame) };
    } catch (error) {
      const { code, message, status, retryAfterMs } = /** @type {LivelineError} */ (error);
      return { type: 'error', room, key: keyOf(frame), code, detail: message, status, retry_after_ms: retryAfterMs };
    }
  }

  /** @param {Frame} frame */
  #request({ type, room, id, message, text }) {
    if (type === 'post') {
      return request(this.#env, this.#address(room, ''), { method: 'POST', headers: { 'Idempotency-Key': id }, json: { text } });
    }
    const address = this.#address(room, `/${encodeURIComponent(message)}`);
    return request(this.#env, address, type === 'edit' ? { method: 'PATCH', json: { text } } : { method: 'DELETE' });
  }
}
