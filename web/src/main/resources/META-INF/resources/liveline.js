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
  /** @type {Map<string, Presence>} */ #presence = new Map();
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
    const stopTyping = (/** @type {string} */ room) => this.#presence.get(room)?.stopTyping();
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
   */
  counters(names = []) {
    const counters = new Counters(this.#trusted, this.#where('dashboard'), names, {
      name: this.#options.name,
      carriesToken: this.#token.isUsed,
    });
    this.#counters.add(counters);
    return counters;
  }

  /**
   * Returns the people in a room. Further calls return the same object until the room is left.
   *
   * @param {string} room
   */
  presence(room) {
    const known = this.#presence.get(room);
    if (known?.isOpen) {
      return known;
    }
    const presence = new Presence(this.#trusted, this.#where('presence'), room, this.#options.name);
    this.#presence.set(room, presence);
    return presence;
  }

  /** Leaves all rooms and closes all connections. */
  close() {
    this.#chat.close();
    this.#presence.forEach((presence) => presence.leave());
    this.#counters.forEach((counters) => counters.close());
  }

  /**
   * @param {'chat' | 'dashboard' | 'presence'} service
   * @returns {() => Promise<string>} function that returns its absolute address, without a slash at its end
   */
  #where(service) {
    return async () => {
      const address = this.#options[service] ?? (await this.#discover())[service] ?? '';
      return new URL(address, this.#at).href.replace(/\/+$/, '');
    };
  }

  /**
   * Returns the address of the folder of `liveline.json`, with a slash at its end. Other addresses are relative to it.
   */
  get #at() {
    try {
      return new URL((this.#options.at ?? '').replace(/\/*$/, '/'), this.#env.origin).href;
    } catch {
      throw new LivelineError('no_address', 'Pass the absolute address of the services as `at`: there is no page');
    }
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
