import { accountOf } from './liveline/account.js';
import { browser } from './liveline/browser.js';
import { Chat } from './liveline/chat.js';
import { Counters } from './liveline/counters.js';
import { Emitter } from './liveline/emitter.js';
import { badAnswer, LivelineError, request } from './liveline/http.js';
import { Presence } from './liveline/presence.js';
import { Stopwatch } from './liveline/stopwatch.js';
import { Token, withToken } from './liveline/token.js';

export { LivelineError };

/** Time after which addresses that were guessed are requested again, ms. */
const GUESS_MS = 30_000;

/**
 * @typedef {object} Options
 * @property {string} [name] name of the user; not needed with a token
 * @property {import('./liveline/token.js').TokenSource} [token] access token of the user: a JWT, or a function that
 *     returns one, called again before the token expires and when the server rejects it
 * @property {string} [at] address of the folder of `liveline.json`, which holds the addresses of the services, such as
 *     `https://example.org/realtime`; by default the page's own origin, which a program without a page does not have
 * @property {string} [chat] address of the chat service, such as `https://chat.example.org`
 * @property {string} [dashboard] address of the dashboard service
 * @property {string} [presence] address of the presence service
 * @property {import('./liveline/browser.js').Env} [env] clock and network, for tests
 *
 * @typedef {object} LivelineEvents
 * @property {LivelineError} error the token or the addresses of the services cannot be had; the client goes on trying
 */

/**
 * Creates a client. It opens no connection before a feature is used.
 *
 * @param {Options} options
 * @returns {import('./liveline.js').Liveline} checked against the hand-written types
 */
export function connect(options) {
  return new Liveline(options);
}

/**
 * Client of the three services, for one user in one page.
 *
 * @extends {Emitter<LivelineEvents>}
 */
class Liveline extends Emitter {
  #options;
  #env;
  #token;
  /** Environment that sends the token, for requests to the services only. */ #trusted;
  #chat;
  /** @type {Set<Presence>} */ #presence = new Set();
  /** @type {Set<Counters>} */ #counters = new Set();
  /** @type {Promise<Record<string, string>> | undefined} */ #addresses;
  /** Time since the addresses were guessed. @type {Stopwatch | undefined} */ #guess;

  /** @param {Options} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#env = options.env ?? browser();
    this.#token = new Token(this.#env, options.token, (error) => this.emit('error', error));
    this.#trusted = withToken(this.#env, this.#token);
    // A post ends typing on the server, so the next key must report it again at once.
    const stopTyping = (/** @type {string} */ name) =>
      this.#presence.forEach((presence) => presence.room === name && presence.stopTyping());
    this.#chat = new Chat(this.#trusted, this.#where('chat'), options.name, this.#token, stopTyping);
  }

  /**
   * Returns a handle of a chat room. All handles of a room share one subscription; each is left by itself.
   *
   * @param {string} room
   */
  chat(room) {
    return this.#chat.room(room);
  }

  /**
   * Subscribes to counters.
   *
   * @param {string[]} [names] exact names, or prefixes that end in `*`; empty: all counters
   * @param {{bigint?: boolean}} [options] bigint: whether values are bigints, which hold any value of a counter
   * @returns {any} typed by hand
   */
  counters(names = [], { bigint } = {}) {
    const counters = new Counters(this.#trusted, this.#where('dashboard'), names, this.#account, bigint);
    this.#counters.forEach((known) => known.state === 'closed' && this.#counters.delete(known));
    this.#counters.add(counters);
    return counters;
  }

  /**
   * Returns a handle of the people in a room. The user is there until the last handle, tab and device has left.
   *
   * @param {string} room
   */
  presence(room) {
    const presence = new Presence(this.#trusted, this.#where('presence'), room, this.#options.name, this.#account);
    this.#presence.forEach((known) => known.isOpen || this.#presence.delete(known));
    this.#presence.add(presence);
    return presence;
  }

  /** Leaves all rooms and closes all connections. */
  close() {
    this.#chat.close();
    this.#presence.forEach((presence) => presence.leave());
    this.#counters.forEach((counters) => counters.close());
  }

  /** Returns the id of the user's account, whose tabs share connections; undefined if it cannot be told. */
  #account = async () => accountOf(await this.#token.get(), this.#options.name);

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
        this.emit('error', error);
      } else if (error.isTransient || error.code === 'no_address') {
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
    const detail = base
      ? `'${address}' is no address`
      : 'Pass the absolute address of the services as `at`: there is no page';
    throw new LivelineError('no_address', detail);
  }
}
