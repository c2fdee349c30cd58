import { Backoff } from './backoff.js';
import { request } from './http.js';
import { socketLine } from './lines.js';
import { Room } from './room.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./lines.js').Frame} Frame
 * @typedef {import('./lines.js').Line} Line
 * @typedef {import('./room.js').ConnectionState} ConnectionState
 */

/** A connection that lasted this long was a good one: the next wait is a short one again, ms. */
const STABLE_MS = 10_000;

/** The one connection to the chat service that all rooms of a page share. */
export class Chat {
  /** @type {Env} */ #env;
  #where;
  #name;
  #said;
  #backoff;
  /** @type {Map<string, Room>} */ #rooms = new Map();
  /** @type {Line | undefined} */ #line;
  /** @type {string | undefined} */ #user;
  /** @type {ConnectionState} */ #state = 'connecting';
  /** @type {any} */ #timer;
  /** @type {any} */ #stable;
  #ready = false;
  /** Until when the server asked us to stay away, because it is going down; ms since 1970. */
  #notBefore = 0;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where finds the chat service's base address
   * @param {string} name
   * @param {(room: string) => void} said told when something is on its way to a room
   */
  constructor(env, where, name, said) {
    this.#env = env;
    this.#where = where;
    this.#name = name;
    this.#said = said;
    this.#backoff = new Backoff(env.random);
    this.#pageListeners = [env.on('online', () => this.#renew()), env.on('offline', () => this.#lost('offline'))];
  }

  /** @param {string} name */
  room(name) {
    const known = this.#rooms.get(name);
    if (known) {
      return known;
    }
    const room = new Room(this.#hub(), name);
    this.#rooms.set(name, room);
    if (this.#ready) {
      room.update();
    } else if (this.#rooms.size === 1) {
      this.#connect();
    }
    return room;
  }

  close() {
    this.#pageListeners.forEach((end) => end());
    [...this.#rooms.values()].forEach((room) => room.leave());
    this.#drop();
  }

  /** @returns {import('./room.js').Hub} */
  #hub() {
    return {
      env: this.#env,
      state: () => this.#state,
      transport: () => 'websocket',
      me: () => this.#user,
      send: (frame) => this.#ready && this.#line?.send(frame),
      request: async (path, options) => request(this.#env, (await this.#where()) + path, options),
      left: (room) => this.#left(room),
      said: this.#said,
    };
  }

  /** @param {Room} room */
  #left(room) {
    this.#rooms.delete(room.name);
    if (this.#rooms.size === 0) {
      this.#drop();
      this.#state = 'connecting';
    }
  }

  /** Ends the connection and every attempt at one. */
  #drop() {
    this.#env.never(this.#timer);
    this.#env.never(this.#stable);
    this.#line?.close();
    this.#line = undefined;
    this.#ready = false;
  }

  async #connect() {
    this.#drop();
    /** @type {Line} what is told by a line that was replaced meanwhile is not ours */
    let line;
    const current = () => line !== undefined && line === this.#line;
    try {
      const base = await this.#where();
      if (this.#rooms.size === 0 || this.#line) {
        return;
      }
      line = socketLine(this.#env, base, this.#name, {
        ready: () => current() && this.#onReady(),
        frame: (frame) => current() && this.#onFrame(frame),
        closed: () => current() && this.#lost(),
      });
      this.#line = line;
    } catch {
      // No address, or one that no socket can be opened to: both may change with the network.
      this.#lost();
    }
  }

  #onReady() {
    this.#ready = true;
    this.#stable = this.#env.after(() => this.#backoff.reset(), STABLE_MS);
    this.#become('live');
    this.#rooms.forEach((room) => room.connected());
  }

  /** @param {Frame} frame */
  #onFrame(frame) {
    switch (frame.type) {
      case 'welcome':
        this.#user = frame.user;
        break;
      case 'degraded':
        this.#become('degraded');
        break;
      case 'restored':
        this.#become('live');
        break;
      case 'reconnect':
        // Each client has a slot of its own, so that those of one replica do not fall upon another all at once.
        this.#notBefore = this.#env.now() + frame.after_ms;
        this.#env.never(this.#timer);
        this.#timer = this.#env.after(() => this.#connect(), frame.after_ms);
        break;
      default:
        this.#rooms.get(frame.room)?.frame(frame);
    }
  }

  /**
   * The line is gone, or could not be had.
   *
   * @param {ConnectionState} [state] what that makes of us
   */
  #lost(state) {
    if (this.#rooms.size === 0) {
      return;
    }
    const wasReady = this.#ready;
    this.#drop();
    this.#become(state ?? (wasReady ? 'connecting' : 'offline'));
    this.#rooms.forEach((room) => room.disconnected());
    const wait = Math.max(this.#backoff.next(), this.#notBefore - this.#env.now());
    this.#timer = this.#env.after(() => this.#connect(), wait);
  }

  /** The network is back, maybe another one: the old connection is not to be trusted, and no wait is worth it. */
  #renew() {
    if (this.#rooms.size > 0) {
      this.#drop();
      this.#become('connecting');
      this.#rooms.forEach((room) => room.disconnected());
      this.#backoff.reset();
      this.#connect();
    }
  }

  /** @param {ConnectionState} state */
  #become(state) {
    this.#state = state;
    this.#rooms.forEach((room) => room.update());
  }
}
