import { Backoff } from './liveline/backoff.js';
import { browser } from './liveline/browser.js';
import { Chat } from './liveline/chat.js';
import { Counters } from './liveline/counters.js';
import { LivelineError, request } from './liveline/http.js';
import { Presence } from './liveline/presence.js';
import { Token, withToken } from './liveline/token.js';

export { LivelineError };

/**
 * @typedef {object} Options
 * @property {string} name name of the user
 * @property {import('./liveline/token.js').TokenSource} [token] access token of the user: a JWT, or a function that
 *     returns one, called again before the token expires and when the server rejects it
 * @property {string} [at] address of the folder of `liveline.json`, which holds the addresses of the services, such as
 *     `https://example.org/realtime`; by default the page's own origin
 * @property {string} [chat] address of the chat service, such as `https://chat.example.org`
 * @property {string} [dashboard] address of the dashboard service
 * @property {string} [presence] address of the presence service
 * @property {import('./liveline/browser.js').Env} [env] clock and network, for tests
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

/** Client of the three services, for one user in one page. */
class Liveline {
  #options;
  #env;
  #token;
  /** Environment that sends the token, for requests to the services only. */ #trusted;
  #chat;
  /** @type {Map<string, Presence>} */ #presence = new Map();
  /** @type {Set<Counters>} */ #counters = new Set();
  /** @type {Promise<Record<string, string>> | undefined} */ #addresses;

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#env = options.env ?? browser();
    this.#token = new Token(this.#env, options.token);
    this.#trusted = withToken(this.#env, this.#token);
    // A post ends typing on the server, so the next key must report it again at once.
    const stopTyping = (/** @type {string} */ room) => this.#presence.get(room)?.stopTyping();
    this.#chat = new Chat(this.#trusted, this.#where('chat'), options.name, this.#token, stopTyping);
  }

  /**
   * Returns a chat room. Further calls return the same object until the room is left.
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
    return (this.#options.at ?? this.#env.origin).replace(/\/*$/, '/');
  }

  #discover() {
    this.#addresses ??= this.#fetchAddresses();
    return this.#addresses;
  }

  /** Fetches the addresses, with retries until an answer arrives: no connection is possible without them. */
  async #fetchAddresses() {
    const backoff = new Backoff(this.#env.random);
    for (;;) {
      try {
        return (await request(this.#env, new URL('liveline.json', this.#at).href)).body;
      } catch (error) {
        if (!(error instanceof LivelineError && error.isTransient)) {
          // The page is not served by a Liveline service: all services are at the page's own origin.
          return {};
        }
        await new Promise((resolve) => this.#env.after(() => resolve(undefined), backoff.next()));
      }
    }
  }
}
