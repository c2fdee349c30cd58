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
  const detail = `${address.split('?')[0]} is not answered by a Liveline service`;
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
  return [address, ...(query.length === 0 ? [] : [query.join('&')])].join('?');
}

/**
 * Sends an HTTP request with a timeout. Every failure is a {@link LivelineError}.
 *
 * @param {Env} env
 * @param {string} address
 * @param {{method?: string, headers?: Record<string, string>, json?: unknown, body?: string, timeoutMs?: number,
 *     signal?: AbortSignal, keepalive?: boolean, parse?: (json: string) => any}} [options] json, body: of the request;
 *     parse: parser of the answer
 * @returns {Promise<{status: number, headers: Headers, body: any}>} status: 2xx or 304; body: the parsed JSON
 */
export async function request(env, address, options = {}) {
  const abort = new AbortController();
  const timer = env.after(() => abort.abort('timeout'), options.timeoutMs ?? 10_000);
  const onAbort = () => abort.abort('aborted');
  options.signal?.addEventListener('abort', onAbort);
  try {
    if (options.signal?.aborted) {
      onAbort();
    }
    const sent = options.body ?? (options.json === undefined ? undefined : JSON.stringify(options.json));
    const response = await env.fetch(address, {
      method: options.method ?? 'GET',
      headers: { ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }), ...options.headers },
      body: sent,
      signal: abort.signal,
      // The browser's cache would turn a 304 into a 200.
      cache: 'no-store',
      credentials: 'omit',
      keepalive: options.keepalive ?? false,
    });
    const text = await response.text();
    if (!response.ok && response.status !== 304) {
      throw refusal(response, text);
    }
    const isEmpty = response.status === 204 || response.status === 304;
    const body = isEmpty ? undefined : parsed(text, address, options.parse ?? JSON.parse);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (error instanceof LivelineError) {
      throw error;
    }
    const code = abort.signal.aborted ? String(abort.signal.reason) : 'network';
    throw new LivelineError(code, error instanceof Error ? error.message : String(error));
  } finally {
    env.never(timer);
    options.signal?.removeEventListener('abort', onAbort);
  }
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
export function refusal(response, text) {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const more = { status: response.status, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined };
  /** @type {any} */
  let problem;
  try {
    problem = JSON.parse(text);
  } catch {
    // The page of a proxy, for example.
  }
  const code =
    problem?.code ??
    String(problem?.type ?? '')
      .split(/[:/]/)
      .pop();
  if (code) {
    return new LivelineError(code, problem.detail ?? problem.title ?? '', more);
  }
  const detail = `The server answered ${response.status}`;
  return new LivelineError(`http_${response.status}`, detail, { ...more, isForeign: true });
}
