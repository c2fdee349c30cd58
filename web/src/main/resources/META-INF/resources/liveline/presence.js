import { Emitter } from './emitter.js';
import { LivelineError, request } from './http.js';
import { RosterPoll } from './roster.js';
import { Shared } from './shared.js';
import { Typing } from './typing.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {{user: string, name: string}} Person
 * @typedef {Person & {state: 'active' | 'away', since: number}} Present since: ms since 1970
 *
 * @typedef {object} PresenceEvents
 * @property {{online: Present[], typing: Person[]}} change who is here and who is typing, yourself included
 * @property {'connecting' | 'live' | 'offline'} state
 * @property {LivelineError} error the room's people cannot be had
 */

/** How long after another tab's leaving we say that we are still here, ms. */
const RETURN_MS = 1_000;
/** Between heartbeats until the server has said, ms. */
const HEARTBEAT_MS = 15_000;

/**
 * Who is in a room and who is typing: asks, and the server answers as soon as something differs. Nothing can be
 * missed, since each answer holds everybody.
 *
 * @extends {Emitter<PresenceEvents>}
 */
export class Presence extends Emitter {
  /** @type {Env} */ #env;
  #where;
  #name;
  #typing;
  #shared;
  #heartbeatMs = HEARTBEAT_MS;
  /** @type {any} */ #heartbeat;
  #beatAt = 0;
  /** Whether anybody was told of yet. */
  #hasBegun = false;
  /** Another tab of the same person, that somebody looks at, was heard of then. */
  #seenElsewhereAt = -Infinity;
  #open = true;
  /** The page is going, or lies in the back/forward cache: a heartbeat now would bring us back as away. */
  #hidden = false;
  /** @type {'connecting' | 'live' | 'offline'} */ #state = 'connecting';
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string} room
   * @param {string} name
   */
  constructor(env, where, room, name) {
    super();
    this.#env = env;
    this.#where = where;
    this.#name = name;
    this.room = room;
    /** @type {Present[]} everybody in the room, yourself included */
    this.online = [];
    /** @type {Person[]} everybody who is typing, yourself included */
    this.typists = [];
    this.#typing = new Typing(env, () => this.#address('typing'));
    this.#pageListeners = [
      env.on('online', () => this.#beat()),
      env.on('visibility', () => this.#beat()),
      env.on('hide', () => this.#hide()),
      env.on('show', () => this.#show()),
    ];
    this.#shared = new Shared(env, `presence ${room} ${name}`, {
      begin: (tell) => new RosterPoll(env, () => this.#address('presence'), tell),
      hear: (told) => this.#hear(told),
      recall: () => [
        ...(this.#hasBegun ? [{ is: 'again', online: this.online, typing: this.typists }] : []),
        { is: 'state', state: this.#state },
      ],
    });
    this.#beat();
  }

  /** Whether the room was not left yet. */
  get isOpen() {
    return this.#open;
  }

  /** Whether {@link Presence.online} is the newest. */
  get state() {
    return this.#state;
  }

  /** Call it on every key press; it is told as seldom as the server wants it. */
  typing() {
    this.#typing.key();
  }

  /** The text was cleared, or sent. A message that is posted through this library says so by itself. */
  stopTyping() {
    this.#typing.end();
  }

  /** Leaves the room. */
  leave() {
    if (this.#open) {
      this.#sayLeft();
      this.#end();
    }
  }

  #end() {
    this.#open = false;
    this.#pageListeners.forEach((end) => end());
    this.#env.never(this.#heartbeat);
    this.#shared.close();
  }

  /** @param {string} what */
  async #address(what) {
    return `${await this.#where()}/rooms/${encodeURIComponent(this.room)}/${what}?name=${encodeURIComponent(this.#name)}`;
  }

  /** @param {import('./shared.js').Told} told */
  #hear(told) {
    if (!this.#open) {
      return;
    }
    switch (told.is) {
      case 'roster':
        return this.#onRoster(told);
      case 'again':
        return this.#hasBegun ? undefined : this.#onRoster(told);
      case 'same':
        return this.#onAnswer();
      case 'state':
        return this.#become(told.state);
      case 'error':
        this.#end();
        return this.emit('error', new LivelineError(told.code, told.detail, { status: told.status }));
      case 'active':
        this.#seenElsewhereAt = this.#env.now();
        return undefined;
      case 'left':
        // Another tab of ours went and has taken us out of the room with it. Not at once: that may still be on its way.
        this.#seenElsewhereAt = -Infinity;
        this.#beatIn(RETURN_MS);
    }
  }

  /** @param {Record<string, any>} roster */
  #onRoster({ online, typing }) {
    this.#hasBegun = true;
    this.online = online;
    this.typists = typing;
    this.#onAnswer();
    this.emit('change', { online, typing });
  }

  #onAnswer() {
    this.#become('live');
    // Browsers slow the timers of a hidden page down, but not its answers.
    if (this.#env.now() - this.#beatAt >= this.#heartbeatMs) {
      this.#beat();
    }
  }

  #hide() {
    this.#hidden = true;
    this.#sayLeft();
  }

  #show() {
    this.#hidden = false;
    this.#beat();
  }

  /** @param {number} ms */
  #beatIn(ms) {
    this.#env.never(this.#heartbeat);
    this.#heartbeat = this.#env.after(() => this.#beat(), ms);
  }

  /** Says that we are here, and goes on doing so. */
  async #beat() {
    this.#env.never(this.#heartbeat);
    if (!this.#open || this.#hidden) {
      return;
    }
    this.#beatAt = this.#env.now();
    this.#beatIn(this.#heartbeatMs);
    const isVisible = this.#env.visible();
    if (!isVisible && this.#beatAt - this.#seenElsewhereAt < 2 * this.#heartbeatMs) {
      // Somebody looks at another tab: that this one is hidden does not make them away.
      return;
    }
    try {
      const json = { state: isVisible ? 'active' : 'away' };
      if (isVisible) {
        this.#shared.say({ is: 'active' });
      }
      const { headers } = await request(this.#env, await this.#address('presence'), { method: 'PUT', json });
      this.#heartbeatMs = Number(headers.get('Liveline-Heartbeat') ?? NaN) * 1000 || this.#heartbeatMs;
    } catch {
      // The next one will do; that we are cut off is told by the poll.
    }
  }

  /** Says that we are gone. The page may be gone before the answer comes. */
  async #sayLeft() {
    this.#env.never(this.#heartbeat);
    this.#shared.say({ is: 'left' });
    try {
      await request(this.#env, await this.#address('presence'), { method: 'DELETE', keepalive: true });
    } catch {
      // Then the server finds out by the heartbeats that do not come.
    }
  }

  /** @param {'connecting' | 'live' | 'offline'} state */
  #become(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
