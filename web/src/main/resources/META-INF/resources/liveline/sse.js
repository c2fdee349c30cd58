import { LivelineError, refusal } from './http.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {{type: string, data: string, id: string}} StreamEvent id: of this event, or of the last one that had any
 */

/** Longer than any event: whoever sends this much without an end does not speak this protocol, characters. */
const MOST_BUFFERED = 4_000_000;

/** Reads `text/event-stream`, however it was cut into pieces. */
export class StreamParser {
  #rest = '';
  #type = '';
  #id = '';
  /** @type {string[]} */ #data = [];

  /**
   * @param {string} piece the next one
   * @returns {StreamEvent[]} the events that it completes
   */
  push(piece) {
    const text = this.#rest + piece;
    // A carriage return at the end may be half of a line end.
    const lines = text.replace(/\r\n|\r(?!$)/g, '\n').split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MOST_BUFFERED) {
      throw new LivelineError('bad_stream', 'An event without an end');
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
 * Reads a stream of events with `fetch`: unlike an EventSource it can carry a token, says why it was refused, and shows
 * the comments that keep a stream alive, so that a dead one is noticed.
 *
 * @param {Env} env
 * @param {string} address
 * @param {object} options
 * @param {AbortSignal} options.signal ends it
 * @param {number} options.firstMs after this long without an event it counts as held back by something on the way
 * @param {() => number} options.silenceMs after the first event: after this long without a byte it counts as dead
 * @param {(event: StreamEvent) => void} options.tell
 * @param {Record<string, string>} [options.headers]
 * @param {() => void} [options.alive] told of every byte
 * @returns {Promise<void>} fulfilled when the server ended it, or the signal; rejected with a {@link LivelineError}
 */
export async function readStream(env, address, { signal, firstMs, silenceMs, tell, headers = {}, alive }) {
  const abort = new AbortController();
  const end = () => abort.abort('aborted');
  signal.addEventListener('abort', end);
  if (signal.aborted) {
    end();
  }
  const silent = () => abort.abort('timeout');
  let timer = env.after(silent, firstMs);
  let hasBegun = false;
  try {
    const response = await env.fetch(address, {
      method: 'GET',
      headers: { Accept: 'text/event-stream', ...headers },
      signal: abort.signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) {
      throw refusal(response, await response.text());
    }
    if (!response.body || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      abort.abort('aborted');
      throw new LivelineError('not_a_stream', 'The server does not stream here', { status: 406 });
    }
    const parser = new StreamParser();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) {
        return;
      }
      const events = parser.push(decoder.decode(value, { stream: true }));
      hasBegun ||= events.length > 0;
      alive?.();
      for (const event of events) {
        if (!signal.aborted) {
          tell(event);
        }
      }
      if (hasBegun) {
        env.never(timer);
        timer = env.after(silent, silenceMs());
      }
    }
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    throw error instanceof LivelineError ? error : broken(abort.signal, error);
  } finally {
    env.never(timer);
    signal.removeEventListener('abort', end);
    abort.abort('aborted');
  }
}

/**
 * @param {AbortSignal} signal
 * @param {unknown} error
 */
function broken(signal, error) {
  const code = signal.aborted ? String(signal.reason) : 'network';
  return new LivelineError(code, error instanceof Error ? error.message : String(error));
}
