import { badAnswer, request } from './http.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./transportconnection.js').Frame} Frame
 */

/**
 * Sends a post, an edit or a delete over HTTP.
 *
 * @param {Env} env
 * @param {(room: string, path: string) => string} address
 * @param {Frame} frame
 * @returns {Promise<Frame>} the answer as a frame of the WebSocket
 */
export async function sendCommand(env, address, { type, room, id, message, text, kind, data }) {
  const path = type === 'post' ? '' : `/${encodeURIComponent(message)}`;
  try {
    const { body } = await request(env, address(room, path), {
      method: { post: 'POST', edit: 'PATCH' }[type] ?? 'DELETE',
      headers: { 'Idempotency-Key': id },
      json: type === 'delete' ? undefined : { text, kind, data },
    });
    if (typeof body?.cursor !== 'string') {
      throw badAnswer(address(room, path));
    }
    return { type: type === 'post' ? 'posted' : 'changed', room, id, cursor: body.cursor };
  } catch (error) {
    const { code, message: detail, status, retryAfterMs } = /** @type {LivelineError} */ (error);
    return { type: 'error', room, id, code, detail, status, retry_after_ms: retryAfterMs };
  }
}
