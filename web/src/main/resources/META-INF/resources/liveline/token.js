/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {string | (() => string | Promise<string>)} TokenSource
 */

/** A token is replaced this long before it expires, ms. */
const EARLY_MS = 30_000;
/** One that does not say when it expires is asked for again after this long, ms. */
const UNKNOWN_MS = 60_000;
/** Timers can wait no longer than this, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** What proves who is asking: kept until shortly before it expires, then asked for again. */
export class Token {
  #env;
  #source;
  /** @type {Promise<string> | undefined} */ #current;
  /** What that gave; undefined while it is waited for. @type {string | undefined} */ #given;
  #staleAt = Infinity;

  /**
   * @param {Env} env
   * @param {TokenSource | undefined} source
   */
  constructor(env, source) {
    this.#env = env;
    this.#source = source;
  }

  /** Whether there is one at all. */
  get isUsed() {
    return this.#source !== undefined;
  }

  /** @returns {Promise<string | undefined>} */
  async get() {
    const source = this.#source;
    if (typeof source !== 'function') {
      return source;
    }
    if (this.#current === undefined || this.#env.now() >= this.#staleAt) {
      this.#current = this.#ask(source);
      // One that cannot be had is asked for again by whoever needs it next.
      this.#current.catch(() => (this.#current = undefined));
    }
    return this.#current;
  }

  /** @param {() => string | Promise<string>} source */
  async #ask(source) {
    this.#staleAt = Infinity;
    this.#given = undefined;
    const token = await source();
    this.#staleAt = (expiryOf(token) ?? this.#env.now() + UNKNOWN_MS + EARLY_MS) - EARLY_MS;
    this.#given = token;
    return token;
  }

  /**
   * The server did not take it. Of all requests that went with it the first one to hear so has another one asked for;
   * the rest wait for that.
   *
   * @param {string | undefined} token
   */
  refused(token) {
    if (token !== undefined && token === this.#given) {
      this.#current = this.#given = undefined;
    }
  }

  /** @returns {Promise<string[]>} in the dress that a WebSocket can carry: a browser sets no headers on one */
  async protocols() {
    const token = await this.get();
    return token === undefined ? [] : [encodeURIComponent(`quarkus-http-upgrade#Authorization#Bearer ${token}`)];
  }

  /**
   * Gives each new token in time, as long as the connection lasts that it is for.
   *
   * @param {(token: string) => void} renewed
   * @returns {() => void} ends it
   */
  watch(renewed) {
    /** @type {any} */
    let timer;
    let watching = typeof this.#source === 'function';
    const check = async () => {
      const before = await this.#current?.catch(() => undefined);
      const after = await this.get().catch(() => undefined);
      if (watching && after !== undefined && after !== before) {
        renewed(after);
      }
      wait();
    };
    const wait = () => {
      if (watching) {
        // Not in a loop, should the source give only what is stale already.
        timer = this.#env.after(check, Math.min(Math.max(this.#staleAt - this.#env.now(), 5_000), LONGEST_MS));
      }
    };
    wait();
    return () => {
      watching = false;
      this.#env.never(timer);
    };
  }
}

/**
 * The same surroundings, with the token in every request.
 *
 * @param {Env} env
 * @param {Token} token
 * @returns {Env}
 */
export function withToken(env, token) {
  if (!token.isUsed) {
    return env;
  }
  /**
   * @param {string} address
   * @param {any} init
   */
  const attempt = async (address, init) => {
    // The source may be slow; who no longer waits for the answer does not wait for it either.
    const bearer = await Promise.race([token.get(), aborted(init.signal)]);
    const response = await env.fetch(address, { ...init, headers: { ...init.headers, Authorization: `Bearer ${bearer}` } });
    return { bearer, response };
  };
  return {
    ...env,
    fetch: async (address, init) => {
      const { bearer, response } = await attempt(address, init);
      if (response.status !== 401) {
        return response;
      }
      token.refused(bearer);
      return (await attempt(address, init)).response;
    },
  };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function aborted(signal) {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));
}

/**
 * @param {string} token
 * @returns {number | undefined} ms since 1970, where it is a JWT that says so
 */
function expiryOf(token) {
  try {
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
