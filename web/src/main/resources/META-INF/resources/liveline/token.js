import { Stopwatch } from './stopwatch.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {string | (() => string | Promise<string>)} TokenSource
 */

/** Time before its expiry at which a token is replaced, ms. */
const EARLY_MS = 30_000;
/** Lifetime of a token without an expiry, ms. */
const UNKNOWN_MS = 60_000;
/** Longest delay of a timer, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** Access token of the user. It is cached until shortly before it expires and then requested again from its source. */
export class Token {
  #env;
  #source;
  /** @type {Promise<string> | undefined} */ #current;
  /** Result of that promise; undefined while it is pending. @type {string | undefined} */ #value;
  /** Returns the time until the token must be renewed, ms. */
  #msToRenewal = () => Infinity;

  /**
   * @param {Env} env
   * @param {TokenSource | undefined} source
   */
  constructor(env, source) {
    this.#env = env;
    this.#source = source;
  }

  /** Tells whether a token is configured. */
  get isUsed() {
    return this.#source !== undefined;
  }

  /** @returns {Promise<string | undefined>} */
  async get() {
    const source = this.#source;
    if (typeof source !== 'function') {
      return source;
    }
    if (this.#current === undefined || this.#msToRenewal() <= 0) {
      this.#current = this.#request(source);
      // After a failure the next caller requests it again.
      this.#current.catch(() => (this.#current = undefined));
    }
    return this.#current;
  }

  /** @param {() => string | Promise<string>} source */
  async #request(source) {
    this.#msToRenewal = () => Infinity;
    this.#value = undefined;
    const token = await source();
    const age = new Stopwatch(this.#env);
    const expiry = expiryOf(token);
    this.#msToRenewal = () => (expiry === undefined ? UNKNOWN_MS - age.ms : expiry - EARLY_MS - this.#env.now());
    this.#value = token;
    return token;
  }

  /**
   * Drops a token that the server rejected. If several requests carried it, the first rejection requests a new one and
   * the others wait for it.
   *
   * @param {string | undefined} token
   */
  rejected(token) {
    if (token !== undefined && token === this.#value) {
      this.#current = this.#value = undefined;
    }
  }

  /** @returns {Promise<string[]>} the token as WebSocket subprotocols: browsers cannot set headers on a WebSocket */
  async protocols() {
    const token = await this.get();
    return token === undefined ? [] : [encodeURIComponent(`quarkus-http-upgrade#Authorization#Bearer ${token}`)];
  }

  /**
   * Renews the token before it expires, while a connection lasts.
   *
   * @param {(token: string) => void} onRenewed called with each new token
   * @returns {() => void} function that stops the renewal
   */
  watch(onRenewed) {
    /** @type {any} */
    let timer;
    let watching = typeof this.#source === 'function';
    const check = async () => {
      const before = await this.#current?.catch(() => undefined);
      const after = await this.get().catch(() => undefined);
      if (watching && after !== undefined && after !== before) {
        onRenewed(after);
      }
      wait();
    };
    const wait = () => {
      if (watching) {
        // At least 5 s, to avoid a loop if the source returns an expired token.
        timer = this.#env.after(check, Math.min(Math.max(this.#msToRenewal(), 5_000), LONGEST_MS));
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
 * Returns an environment that sends the token in every request.
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
    // The source may be slow, so an aborted request does not wait for it.
    const bearer = await Promise.race([token.get(), aborted(init.signal)]);
    const response = await env.fetch(address, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${bearer}` },
    });
    return { bearer, response };
  };
  return {
    ...env,
    fetch: async (address, init) => {
      const { bearer, response } = await attempt(address, init);
      if (response.status !== 401) {
        return response;
      }
      token.rejected(bearer);
      return (await attempt(address, init)).response;
    },
  };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function aborted(signal) {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
  );
}

/**
 * @param {string} token
 * @returns {number | undefined} ms since 1970; undefined if the token is no JWT or has no expiry
 */
function expiryOf(token) {
  try {
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
