import { Backoff, Pause } from './backoff.js';
import { Emitter } from './emitter.js';
import { LivelineError, request } from './http.js';
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

/** For how long the server may hold a poll, seconds. */
const WAIT_S = 25;
/** An answer may come this much later before the connection counts as dead, ms. */
const LATE_MS = 10_000;
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
  #pause;
  #heartbeatMs = HEARTBEAT_MS;
  /** @type {any} */ #heartbeat;
  #beatAt = 0;
  /** @type {AbortController | undefined} */ #poll;
  /** @type {string | undefined} */ #tag;
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
    this.#pause = new Pause(env);
    this.#pageListeners = [
      env.on('online', () => this.#again()),
      env.on('offline', () => this.#become('offline')),
      env.on('visibility', () => this.#beat()),
      env.on('hide', () => this.#hide()),
      env.on('show', () => this.#show()),
    ];
    this.#beat();
    this.#loop();
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
      this.#open = false;
      this.#pageListeners.forEach((end) => end());
      this.#poll?.abort();
      this.#pause.cut();
      this.#sayLeft();
    }
  }

  /** @param {string} what */
  async #address(what) {
    return `${await this.#where()}/rooms/${encodeURIComponent(this.room)}/${what}?name=${encodeURIComponent(this.#name)}`;
  }

  async #loop() {
    const backoff = new Backoff(this.#env.random);
    while (this.#open) {
      try {
        await this.#ask();
        backoff.reset();
      } catch (error) {
        await this.#onFailure(/** @type {LivelineError} */ (error), backoff);
      }
    }
  }

  async #ask() {
    this.#poll = new AbortController();
    const known = this.#tag !== undefined && this.#state === 'live';
    // Coming back, ask without waiting: it tells at once that we are there again.
    /** @type {Record<string, string>} */
    const headers = known ? { 'If-None-Match': /** @type {string} */ (this.#tag), Prefer: `wait=${WAIT_S}` } : {};
    const answer = await request(this.#env, await this.#address('presence'), {
      headers,
      signal: this.#poll.signal,
      timeoutMs: (known ? WAIT_S * 1000 : 0) + LATE_MS,
    });
    if (!this.#open) {
      return;
    }
    this.#become('live');
    // Browsers slow the timers of a hidden page down, but not its answers.
    if (this.#env.now() - this.#beatAt >= this.#heartbeatMs) {
      this.#beat();
    }
    if (answer.status === 304) {
      return;
    }
    this.#tag = answer.headers.get('ETag') ?? undefined;
    this.online = answer.body.online;
    this.typists = answer.body.typing;
    this.emit('change', { online: this.online, typing: this.typists });
    if (this.#tag === undefined) {
      // Something on the way took the tag off: without it nothing can be waited for, so ask now and then.
      await this.#pause.for(2_000);
    }
  }

  /**
   * @param {LivelineError} error
   * @param {Backoff} backoff
   */
  async #onFailure(error, backoff) {
    if (!this.#open || error.code === 'aborted') {
      return;
    }
    if (!error.isTransient) {
      this.#open = false;
      this.emit('error', error);
    }
    this.#become('offline');
    await this.#pause.for(Math.max(backoff.next(), error.retryAfterMs ?? 0));
  }

  #hide() {
    this.#hidden = true;
    this.#sayLeft();
  }

  #show() {
    this.#hidden = false;
    this.#again();
  }

  /** The network or the page is back. */
  #again() {
    this.#become('connecting');
    this.#poll?.abort();
    this.#pause.cut();
    this.#beat();
  }

  /** Says that we are here, and goes on doing so. */
  async #beat() {
    this.#env.never(this.#heartbeat);
    if (!this.#open || this.#hidden) {
      return;
    }
    this.#beatAt = this.#env.now();
    this.#heartbeat = this.#env.after(() => this.#beat(), this.#heartbeatMs);
    try {
      const state = this.#env.visible() ? 'active' : 'away';
      const { headers } = await request(this.#env, await this.#address('presence'), { method: 'PUT', json: { state } });
      this.#heartbeatMs = Number(headers.get('Liveline-Heartbeat') ?? NaN) * 1000 || this.#heartbeatMs;
    } catch {
      // The next one will do; that we are cut off is told by the poll.
    }
  }

  /** Says that we are gone. The page may be gone before the answer comes. */
  async #sayLeft() {
    this.#env.never(this.#heartbeat);
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
