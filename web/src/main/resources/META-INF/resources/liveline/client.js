import { accountOf } from './account.js';
import { browser } from './browser.js';
import { Emitter } from './emitter.js';
import { badAnswer, LivelineError, request } from './http.js';
import { Stopwatch } from './stopwatch.js';
import { Token, withToken } from './token.js';

/** Time after which addresses that were guessed are requested again, ms. */
const GUESS_MS = 30_000;
const WORST_FIRST = /** @type {const} */ (['offline', 'degraded', 'connecting', 'live']);

/**
 * @typedef {object} Options
 * @property {string} [name] name of the user; not needed with a token
 * @property {import('./token.js').TokenSource} [token] access token of the user: a JWT, or a function that returns one,
 *     called again before the token expires and when the server rejects it
 * @property {string} [at] address of the folder of `liveline.json`, which holds the addresses of the services, such as
 *     `https://example.org/realtime`, or `/realtime` on the page's own origin; by default that origin, which a program
 *     without a page does not have
 * @property {string} [chat] address of the chat service, such as `https://chat.example.org`
 * @property {string} [dashboard] address of the dashboard service
 * @property {string} [presence] address of the presence service
 * @property {import('./browser.js').Env} [env] clock and network, for tests
 *
 * @typedef {object} LivelineEvents
 * @property {LivelineError} error the token or the addresses of the services cannot be had, and the client goes on trying;
 *     or a message of an earlier visit could not be sent
 * @property {Connection} state
 *
 * @typedef {Readonly<{state: 'idle' | 'connecting' | 'live' | 'degraded' | 'offline', reason?: string, since: number}>} Connection
 * worst state of all that is open. idle: nothing is open, or the server refuses it; reason: `network`, `bus` (the server has
 * lost it), or the code of the last event `error` of the client, if there is one; since: ms since 1970
 *
 * @typedef {object} Context view of the client for its features
 * @property {import('./browser.js').Env} env environment that sends the token, for requests to the services only
 * @property {string | undefined} name
 * @property {Token} token
 * @property {(service: 'chat' | 'dashboard' | 'presence') => () => Promise<string>} where returns a function that returns
 *     the service's absolute address, without a slash at its end
 * @property {() => Promise<string | undefined>} account returns the id of the user's account, whose tabs share
 *     connections; undefined if it cannot be told
 * @property {(best: import('./transportconnection.js').Rung, open: (attempt: import('./chat.js').Attempt) => void) =>
 *     import('./fallback.js').Fallback | undefined} [fallback] returns the other transports of chat
 * @property {Set<import('./joinedroom.js').RoomContext['posting']>} posting called when a message is posted
 * @property {(room: string) => import('./room.js').Room} [open] opens a room, if the client has chat
 * @property {() => string} base returns what identifies the chat service, without a request
 * @property {(error: LivelineError) => void} report emits an error
 * @property {Set<() => (string | undefined)[]>} states functions that return the states of what is open
 * @property {() => void} changed called when such a state has changed
 * @property {Set<() => void>} closing called when the client is closed
 */

/**
 * Client of the services, for one user in one page. Its features add their methods to it.
 *
 * @extends {Emitter<LivelineEvents>}
 */
export class Client extends Emitter {
  #options;
  #env;
  /** @type {Set<() => void>} */ #closing = new Set();
  /** @type {Promise<Record<string, string>> | undefined} */ #addresses;
  /** @type {Set<() => (string | undefined)[]>} */ #states = new Set();
  /** Code of the last error since the connection was live. @type {string | undefined} */ #failure;
  /** Time since the addresses were guessed. @type {Stopwatch | undefined} */ #guess;

  /**
   * @param {Options} options
   * @param {((context: Context) => object)[]} features
   */
  constructor(options, features) {
    super();
    this.#options = options;
    this.#env = options.env ?? browser();
    /** @type {Connection} the same object until its state changes */
    this.connection = { state: 'idle', since: this.#env.now() };
    const { name } = options;
    const token = new Token(this.#env, options.token, (error) => this.#failed(error));
    /** @type {Context} */
    const context = {
      env: withToken(this.#env, token),
      name,
      token,
      where: this.#where.bind(this),
      account: async () => accountOf(await token.get(), name),
      posting: new Set(),
      base: () => absolute(options.chat ?? '', this.#at),
      report: (error) => this.emit('error', error),
      states: this.#states,
      changed: () => this.#update(),
      closing: this.#closing,
    };
    features.forEach((feature) => Object.assign(this, feature(context)));
  }

  /** Leaves all rooms and closes all connections. */
  close() {
    this.#closing.forEach((close) => close());
  }

  /** @param {LivelineError} error */
  #failed(error) {
    this.#failure = error.code;
    this.#update();
    this.emit('error', error);
  }

  /** Emits the state of the connection if it or its reason has changed. */
  #update() {
    const open = [...this.#states].flatMap((states) => states());
    const state = WORST_FIRST.find((each) => open.includes(each)) ?? 'idle';
    if (state === 'live' || state === 'idle') {
      this.#failure = undefined;
    }
    const reason = state === 'degraded' ? 'bus' : (this.#failure ?? (state === 'offline' ? 'network' : undefined));
    const { connection } = this;
    if (state !== connection.state || reason !== connection.reason) {
      const since = state === connection.state ? connection.since : this.#env.now();
      this.connection = Object.freeze({ state, reason, since });
      this.emit('state', this.connection);
    }
  }

  /**
   * @param {'chat' | 'dashboard' | 'presence'} service
   * @returns {() => Promise<string>} function that returns its absolute address, without a slash at its end
   */
  #where(service) {
    return async () => {
      const address = this.#options[service] ?? (await this.#discover())[service] ?? '';
      return absolute(address, this.#at).replace(/\/+$/, '');
    };
  }

  /**
   * Returns the address of the folder of `liveline.json`, with a slash at its end. Other addresses are relative to it.
   */
  get #at() {
    const [folder] = (this.#options.at ?? '').split(/[?#]/);
    return absolute(folder.replace(/\/*$/, '/'), this.#env.origin);
  }

  #discover() {
    if (this.#guess && this.#guess.ms >= GUESS_MS) {
      this.#addresses = undefined;
    }
    this.#addresses ??= this.#fetchAddresses();
    return this.#addresses;
  }

  /** Fetches the addresses. After a failure that may pass, the next call does it again. */
  async #fetchAddresses() {
    this.#guess = undefined;
    try {
      const address = new URL('liveline.json', this.#at).href;
      const { body } = await request(this.#env, address);
      if (body === null || typeof body !== 'object') {
        throw badAnswer(address);
      }
      return body;
    } catch (failure) {
      const error = /** @type {LivelineError} */ (failure);
      if (error.code === 'bad_answer') {
        // The page of an application, which its server sends for every address, or the login page of a network.
        this.#guess = new Stopwatch(this.#env);
        this.#failed(error);
      } else if (error.status !== 404 && (error.isTransient || error.code === 'no_address')) {
        this.#addresses = undefined;
        throw error;
      }
      // No Liveline service serves this folder, so all of them are expected in it.
      return {};
    }
  }
}

/**
 * @param {string} address
 * @param {string | undefined} base
 */
function absolute(address, base) {
  try {
    return new URL(address, base).href;
  } catch {
    const detail = base ? `'${address}' is no address` : 'Pass the address of the services as `at`';
    throw new LivelineError('no_address', detail);
  }
}
