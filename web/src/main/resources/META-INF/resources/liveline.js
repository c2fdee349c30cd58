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
 * @property {string} name who is asking
 * @property {import('./liveline/token.js').TokenSource} [token] proves it: a JWT, or what gives one; asked again
 *     before it expires and when the server refuses it
 * @property {string} [at] address of the folder where `liveline.json` lies, which tells the addresses of the services, such as
 *     `https://example.org/realtime`; the page's own origin when left out
 * @property {string} [chat] address of the chat service, such as `https://chat.example.org`
 * @property {string} [dashboard] address of the dashboard service
 * @property {string} [presence] address of the presence service
 * @property {import('./liveline/browser.js').Env} [env] for tests: a clock and a network of their own
 */

/**
 * Begins. Nothing is opened before it is asked for.
 *
 * @param {Options} options
 * @returns {import('./liveline.js').Liveline} checked against the hand-written types
 */
export function connect(options) {
  return new Liveline(options);
}

/** The three services, for one person in one page. */
class Liveline {
  #options;
  #env;
  #token;
  /** The token goes to the services, and nowhere else. */ #trusted;
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
    // Posting ends typing on the server; the next key must say it again at once.
    this.#chat = new Chat(this.#trusted, this.#where('chat'), options.name, this.#token, (room) => this.#presence.get(room)?.stopTyping());
  }

  /**
   * A chat room; the same one when asked for twice, until it is left.
   *
   * @param {string} room
   */
  chat(room) {
    return this.#chat.room(room);
  }

  /**
   * Live counters.
   *
   * @param {string[]} [names] exact, or ending in `*`; none: all
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
   * The people in a room; the same when asked for twice, until it is left.
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

  /** Ends everything. */
  close() {
    this.#chat.close();
    this.#presence.forEach((presence) => presence.leave());
    this.#counters.forEach((counters) => counters.close());
  }

  /**
   * @param {'chat' | 'dashboard' | 'presence'} service
   * @returns {() => Promise<string>} finds its absolute address, without a slash at its end
   */
  #where(service) {
    return async () => {
      const address = this.#options[service] ?? (await this.#discover())[service] ?? '';
      return new URL(address, this.#at).href.replace(/\/+$/, '');
    };
  }

  /** Address of the folder where `liveline.json` lies, with a slash at its end: other addresses are relative to it. */
  get #at() {
    return (this.#options.at ?? this.#env.origin).replace(/\/*$/, '/');
  }

  #discover() {
    this.#addresses ??= this.#fetchAddresses();
    return this.#addresses;
  }

  /** Asks until there is an answer: without one nothing can begin. */
  async #fetchAddresses() {
    const backoff = new Backoff(this.#env.random);
    for (;;) {
      try {
        return (await request(this.#env, new URL('liveline.json', this.#at).href)).body;
      } catch (error) {
        if (!(error instanceof LivelineError && error.isTransient)) {
          // Served by something else than a Liveline service: then they are all at the page's own origin.
          return {};
        }
        await new Promise((resolve) => this.#env.after(() => resolve(undefined), backoff.next()));
      }
    }
  }
}
