import { exchange, LivelineError } from './http.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {{type: string, data: string, id: string}} StreamEvent id: of this event, or of the last event that had one
 */

/** Maximum length of an incomplete event, characters. No event of the protocol is as long. */
const MAX_BUFFERED = 4_000_000;

/** Parser of `text/event-stream` that accepts any split into chunks. */
export class StreamParser {
  #rest = '';
  #type = '';
  #id = '';
  /** @type {string[]} */ #data = [];
  /** Delay before a reconnect that the server asked for, ms. @type {number | undefined} */
  retryMs;

  /**
   * @param {string} chunk
   * @returns {StreamEvent[]} the events that the chunk completes
   */
  push(chunk) {
    const text = this.#rest + chunk;
    // A carriage return at the end may be half of a line end.
    const lines = text.replace(/\r\n|\r(?!$)/g, '\n').split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_BUFFERED) {
      throw new LivelineError('bad_stream', 'An event is too long or has no end');
    }
    return lines.flatMap((line) => this.#line(line));
  }

  /**
   * @param {string} line
   * @returns {StreamEvent[]}
   */
  #line(line) {
    if (line === '') {
      return this.#complete();
    }
    const [, field, value] = /** @type {RegExpMatchArray} */ (line.match(/^([^:]*):? ?(.*)$/s));
    if (field === 'data') {
      this.#data.push(value);
    } else if (field === 'event') {
      this.#type = value;
    } else if (field === 'id') {
      this.#id = value;
    } else if (field === 'retry' && /^\d+$/.test(value)) {
      this.retryMs = Number(value);
    }
    return [];
  }

  #complete() {
    const event = { type: this.#type || 'message', data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}

/**
 * Reads a stream of events with `fetch`. Unlike an EventSource it can send a token, reports why a request was rejected,
 * and sees the comments that keep a stream alive, so that it detects a dead one.
 *
 * @param {Env} env
 * @param {string} address
 * @param {object} options
 * @param {AbortSignal} options.signal ends the stream
 * @param {number} options.firstMs longest wait for the first event, after which a proxy counts as buffering the stream
 * @param {() => number} options.silenceMs after the first event: longest time without a byte, after which the stream is
 *     dead
 * @param {(event: StreamEvent) => void} options.onEvent
 * @param {Record<string, string>} [options.headers]
 * @param {() => void} [options.onBytes] called for each chunk, comments included
 * @returns {Promise<number | undefined>} fulfilled when the server or the signal ends the stream, with the delay before
 *     a reconnect that the server asked for, ms; rejected with a {@link LivelineError}
 */
export function readStream(env, address, { signal, firstMs, silenceMs, onEvent, headers, onBytes }) {
  const init = { method: 'GET', headers: { Accept: 'text/event-stream', ...headers } };
  const ended = exchange(env, address, init, signal, firstMs, async (response, limit) => {
    if (!response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      const detail = 'The server did not answer with an event stream';
      throw new LivelineError('not_a_stream', detail, { status: 406, isForeign: true });
    }
    const parser = new StreamParser();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let hasEvent = false;
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) {
        return parser.retryMs;
      }
      const events = parser.push(decoder.decode(value, { stream: true }));
      hasEvent ||= events.length > 0;
      onBytes?.();
      events.forEach((event) => signal.aborted || onEvent(event));
      if (hasEvent) {
        limit(silenceMs());
      }
    }
  });
  return ended.catch((error) => {
    if (!signal.aborted) {
      throw error;
    }
    return undefined;
  });
}
