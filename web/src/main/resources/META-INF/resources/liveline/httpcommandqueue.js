import { LivelineError, request } from './http.js';
import { keyOf } from './outbox.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./transportconnection.js').Frame} Frame
 */

/**
 * Queue of posts, edits and deletes that are sent over HTTP and answered with the frames of the WebSocket. It sends one
 * request at a time: parallel requests could change the order of messages.
 */
export class HttpCommandQueue {
  #env;
  #address;
  #onAnswer;
  /** Frames in flight and waiting, by key. @type {Map<string, Frame>} */ #queue = new Map();
  #isSending = false;
  #open = true;

  /**
   * @param {Env} env
   * @param {(room: string, path: string) => string} address
   * @param {(frame: Frame) => void} onAnswer called with each answer
   */
  constructor(env, address, onAnswer) {
    this.#env = env;
    this.#address = address;
    this.#onAnswer = onAnswer;
  }

  /**
   * Adds a frame, unless it is queued already.
   *
   * @param {Frame} frame a post, an edit or a delete
   */
  add(frame) {
    if (!this.#queue.has(keyOf(frame))) {
      this.#queue.set(keyOf(frame), frame);
      this.#sendAll();
    }
  }

  /** Drops the queued frames and calls the callback no more. */
  close() {
    this.#open = false;
    this.#queue.clear();
  }

  async #sendAll() {
    if (this.#isSending) {
      return;
    }
    this.#isSending = true;
    for (const [key, frame] of this.#queue) {
      const answer = await this.#send(frame);
      this.#queue.delete(key);
      if (this.#open) {
        this.#onAnswer(answer);
      }
    }
    this.#isSending = false;
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<Frame>}
   */
  async #send(frame) {
    const { room, id } = frame;
    try {
      const { body } = await this.#request(frame);
      return frame.type === 'post'
        ? { type: 'posted', room, id, cursor: body.cursor }
        : { type: 'changed', room, key: keyOf(frame) };
    } catch (error) {
      const { code, message, status, retryAfterMs } = /** @type {LivelineError} */ (error);
      return { type: 'error', room, key: keyOf(frame), code, detail: message, status, retry_after_ms: retryAfterMs };
    }
  }

  /** @param {Frame} frame */
  #request({ type, room, id, message, text }) {
    if (type === 'post') {
      return request(this.#env, this.#address(room, ''), {
        method: 'POST',
        headers: { 'Idempotency-Key': id },
        json: { text },
      });
    }
    const address = this.#address(room, `/${encodeURIComponent(message)}`);
    return request(this.#env, address, type === 'edit' ? { method: 'PATCH', json: { text } } : { method: 'DELETE' });
  }
}
