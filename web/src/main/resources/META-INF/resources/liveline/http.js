/** @typedef {import('./browser.js').Env} Env */

/** Error that a program can act on: a rejection by the server or a failure. */
export class LivelineError extends Error {
  /**
   * @param {string} code stable name, such as `too_long`
   * @param {string} detail text for people
   * @param {{status?: number, retryAfterMs?: number, isForeign?: boolean, cause?: unknown}} [more]
   */
  constructor(code, detail, more = {}) {
    super(detail, { cause: more.cause });
    this.name = 'LivelineError';
    this.code = code;
    /** HTTP status; 0 if there was no answer or none over HTTP. */
    this.status = more.status ?? 0;
    /** Delay after which a retry makes sense, ms; undefined if the server sent none. */
    this.retryAfterMs = more.retryAfterMs;
    /** Whether something else than a Liveline service answered: a proxy, a sign-in page, another server. */
    this.isForeign = more.isForeign ?? false;
  }

  /** Tells whether the same request may succeed later. Only a service can reject a request for good. */
  get isTransient() {
    return (
      TRANSIENT.has(this.code) ||
      this.status === 408 ||
      this.status === 429 ||
      this.status >= 500 ||
      (this.isForeign && !TOO_LARGE.has(this.status))
    );
  }
}

/** Statuses of a proxy that takes no request of this size. */
const TOO_LARGE = new Set([413, 414, 431]);

const TRANSIENT = new Set([
  'network',
  'timeout',
  'bad_answer',
  'token_failed',
  'unavailable',
  'rate_limited',
  'not_joined',
  'busy',
  'draining',
]);

/**
 * Returns the error of a success that no Liveline service sent: of the login page of a network, or of a server that
 * answers every address with the page of an application. Both may change.
 *
 * @param {string} address
 */
export function badAnswer(address) {
  const detail = `${address.split('?')[0]} is no Liveline service`;
  return new LivelineError('bad_answer', detail, { isForeign: true });
}

/**
 * Returns an address with those parameters that are defined.
 *
 * @param {string} address
 * @param {Record<string, string | number | undefined>} parameters
 */
export function withQuery(address, parameters) {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(/** @type {string} */ (value))}`);
  return query.length > 0 ? `${address}?${query.join('&')}` : address;
}

/**
 * Sends an HTTP request and reads the answer. Every failure is a {@link LivelineError}.
 *
 * @template T
 * @param {Env} env
 * @param {string} address
 * @param {any} init
 * @param {AbortSignal | undefined} signal ends the request
 * @param {number} ms time limit
 * @param {(response: Response, limit: (ms: number) => void) => Promise<T>} read reads a 2xx or 304; limit: sets another time
 *     limit, from now on
 * @returns {Promise<T>}
 */
export async function exchange(env, address, init, signal, ms, read) {
  const abort = new AbortController();
  const end = () => abort.abort('aborted');
  /** @type {any} */
  let timer;
  /** @param {number} limitMs */
  const limit = (limitMs) => {
    env.never(timer);
    timer = env.after(() => abort.abort('timeout'), limitMs);
  };
  limit(ms);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) {
    end();
  }
  try {
    // The browser's cache would turn a 304 into a 200.
    const common = { signal: abort.signal, cache: 'no-store', credentials: 'omit' };
    const response = await env.fetch(address, { ...init, ...common });
    if (!response.ok && response.status !== 304) {
      throw refusal(response, await response.text());
    }
    return await read(response, limit);
  } catch (error) {
    if (error instanceof LivelineError) {
      throw error;
    }
    const code = abort.signal.aborted ? String(abort.signal.reason) : 'network';
    throw new LivelineError(code, /** @type {Error} */ (error)?.message);
  } finally {
    env.never(timer);
    signal?.removeEventListener('abort', end);
    end();
  }
}

/**
 * Sends an HTTP request whose answer is JSON or empty.
 *
 * @param {Env} env
 * @param {string} address
 * @param {{method?: string, headers?: Record<string, string>, json?: unknown, body?: string, timeoutMs?: number,
 *     signal?: AbortSignal, keepalive?: boolean, parse?: (json: string) => any}} [options] json, body: of the request;
 *     parse: parser of the answer
 * @returns {Promise<{status: number, headers: Headers, body: any}>} status: 2xx or 304; body: the parsed JSON
 */
export function request(env, address, options = {}) {
  const { method = 'GET', headers, json, keepalive = false, parse = JSON.parse } = options;
  const body = options.body ?? (json === undefined ? undefined : JSON.stringify(json));
  const type = body === undefined ? undefined : { 'Content-Type': 'application/json' };
  const init = { method, headers: { ...type, ...headers }, body, keepalive };
  return exchange(env, address, init, options.signal, options.timeoutMs ?? 10_000, async (response) => {
    const { status } = response;
    const text = await response.text();
    return {
      status,
      headers: response.headers,
      body: status === 204 || status === 304 ? undefined : parsed(text, address, parse),
    };
  });
}

/**
 * @param {string} text
 * @param {string} address
 * @param {(json: string) => any} parse
 */
function parsed(text, address, parse) {
  try {
    return parse(text);
  } catch {
    throw badAnswer(address);
  }
}

/**
 * Returns the entity tag of a response, without what proxies add when they compress it: a service would not know it.
 *
 * @param {Headers} headers
 * @returns {string | undefined}
 */
export function entityTag(headers) {
  return (
    headers
      .get('ETag')
      ?.replace(/^W\//, '')
      .replace(/[-;]+(gzip|br|zstd|deflate)"$/, '"') ?? undefined
  );
}

/**
 * Converts an error response to an error.
 *
 * @param {Response} response
 * @param {string} text body of the response
 */
function refusal(response, text) {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const more = { status: response.status, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined };
  /** @type {any} */
  let problem;
  try {
    problem = JSON.parse(text);
  } catch {
    // The page of a proxy, for example.
  }
  if (problem?.code) {
    return new LivelineError(problem.code, problem.detail ?? problem.title ?? '', more);
  }
  const detail = `The server answered ${response.status}`;
  return new LivelineError(`http_${response.status}`, detail, { ...more, isForeign: true });
}
