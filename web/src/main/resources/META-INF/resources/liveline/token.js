import { LivelineError } from './http.js';
import { Stopwatch } from './stopwatch.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {string | (() => string | Promise<string>)} TokenSource
 */

/** Time before its expiry at which a token is replaced, ms. */
const EARLY_MS = 30_000;
/** Lifetime of a token without an expiry, ms. */
const UNKNOWN_MS = 60_000;
/** Shortest time between two requests for a token, unless the server rejected one, ms. */
const FLOOR_MS = 5_000;
/** Longest wait for the source, which may ask the user, ms. */
const SOURCE_MS = 60_000;
/** Longest delay of a timer, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** Access token of the user. It is cached until shortly before it expires and then requested again from its source. */
export class Token {
  #env;
  #source;
  #onError;
  /** Pending request to the source. @type {Promise<string> | undefined} */ #pending;
  /** @type {string | undefined} */ #value;
  /** Time since the source returned the token. */ #age;
  /** Time for which the token was valid when it came, ms. */ #lifetimeMs = 0;
  /** Last failure of the source, and the time since it. @type {{error: LivelineError, age: Stopwatch} | undefined} */
  #failure;
  /** Advance of the clock here over that of the issuer, as far as the tokens show it, ms. */ #skewMs = Infinity;

  /**
   * @param {Env} env
   * @param {TokenSource | undefined} source
   * @param {(error: LivelineError) => void} onError called when the source fails
   */
  constructor(env, source, onError) {
    this.#env = env;
    this.#source = source;
    this.#onError = onError;
    this.#age = new Stopwatch(env);
  }

  /** Tells whether a token is configured. */
  get isUsed() {
    return this.#source !== undefined;
  }

  /** Returns the time until the token must be renewed, ms. */
  get #msToRenewal() {
    // A short token is renewed at half of its life.
    return this.#lifetimeMs - Math.min(EARLY_MS, this.#lifetimeMs / 2) - this.#age.ms;
  }

  /** @returns {Promise<string | undefined>} */
  async get() {
    const source = this.#source;
    if (typeof source !== 'function') {
      return source;
    }
    if (this.#value !== undefined && this.#msToRenewal > 0) {
      return this.#value;
    }
    if (this.#failure && this.#failure.age.ms < FLOOR_MS) {
      return this.#validOr(this.#failure.error);
    }
    return this.#request(source);
  }

  /**
   * Returns the token while it is valid. A source that fails for a moment does no harm then.
   *
   * @param {LivelineError} error thrown otherwise
   */
  #validOr(error) {
    if (this.#value === undefined || this.#age.ms >= this.#lifetimeMs) {
      throw error;
    }
    return this.#value;
  }

  /** @param {() => string | Promise<string>} source */
  #request(source) {
    this.#pending ??= this.#ask(source).finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  /** @param {() => string | Promise<string>} source */
  async #ask(source) {
    /** @type {any} */
    let timer;
    try {
      const token = await Promise.race([
        source(),
        new Promise((_, reject) => (timer = this.#env.after(() => reject(new Error('no answer')), SOURCE_MS))),
      ]);
      this.#value = token;
      this.#lifetimeMs = this.#lifetimeOf(token);
      this.#age.restart();
      this.#failure = undefined;
      return token;
    } catch (cause) {
      const error = new LivelineError('token_failed', `There is no token: ${cause}`, { cause });
      this.#failure = { error, age: new Stopwatch(this.#env) };
      this.#onError(error);
      return this.#validOr(error);
    } finally {
      this.#env.never(timer);
    }
  }

  /**
   * Returns the time for which a new token is valid, whatever the clock here says. The source may have kept the token
   * for a while, so the youngest one so far shows by how much the clock here is ahead.
   *
   * @param {string} token
   * @returns {number} ms
   */
  #lifetimeOf(token) {
    const { iat, exp } = claimsOf(token);
    const leftMs = typeof exp === 'number' ? exp * 1000 - this.#env.now() : 0;
    if (typeof exp !== 'number' || typeof iat !== 'number') {
      return leftMs > EARLY_MS ? leftMs : UNKNOWN_MS;
    }
    const sinceIssue = this.#env.now() - iat * 1000;
    this.#skewMs = Math.min(this.#skewMs, sinceIssue);
    if (leftMs + this.#skewMs <= EARLY_MS) {
      // No source returns a token that is about to expire: the clock was set.
      this.#skewMs = sinceIssue;
    }
    return Math.max(leftMs + this.#skewMs, FLOOR_MS);
  }

  /**
   * Drops a token that the server rejected. If several requests carried it, the first rejection requests a new one and
   * the others wait for it.
   *
   * @param {string | undefined} token
   */
  rejected(token) {
    if (token !== undefined && token === this.#value) {
      this.#value = undefined;
    }
  }

  /**
   * Renews the token before it expires, while a connection lasts.
   *
   * @param {string | undefined} known token of the connection, which may have been replaced while the connection opened
   * @param {(token: string) => void} onRenewed called with each new token
   * @returns {() => void} function that stops the renewal
   */
  watch(known, onRenewed) {
    /** @type {any} */
    let timer;
    let watching = typeof this.#source === 'function';
    const check = async () => {
      const token = await this.get().catch(() => undefined);
      if (watching && token !== undefined && token !== known) {
        known = token;
        onRenewed(token);
      }
      wait();
    };
    const wait = () => {
      if (watching) {
        timer = this.#env.after(check, Math.min(Math.max(this.#msToRenewal, FLOOR_MS), LONGEST_MS));
      }
    };
    known === this.#value ? wait() : check();
    return () => {
      watching = false;
      this.#env.never(timer);
    };
  }
}

/**
 * Returns a token as WebSocket subprotocols: browsers cannot set headers on a WebSocket.
 *
 * @param {string | undefined} token
 */
export function protocolsOf(token) {
  return token === undefined ? [] : [encodeURIComponent(`quarkus-http-upgrade#Authorization#Bearer ${token}`)];
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
 * @returns {{iat?: number, exp?: number}} times in seconds since 1970; none if the token is no JWT
 */
function claimsOf(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return {};
  }
}
