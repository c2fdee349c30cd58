import { Backoff } from './backoff.js';
import { request } from './http.js';
import { pollLine, streamLine } from './httplines.js';
import { Ladder, STABLE_MS } from './ladder.js';
import { socketLine } from './lines.js';
import { Room } from './room.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./lines.js').End} End
 * @typedef {import('./lines.js').Frame} Frame
 * @typedef {import('./lines.js').Line} Line
 * @typedef {import('./lines.js').Transport} Transport
 * @typedef {import('./room.js').ConnectionState} ConnectionState
 * @typedef {{way: Transport, line?: Line}} Attempt
 */

const OPEN = { websocket: socketLine, sse: streamLine, longpoll: pollLine };
/** Until the better way is tried again, ms: at first, and at most. */
const CLIMB_MS = 15_000;
const LONGEST_CLIMB_MS = 10 * 60_000;

/** The one connection to the chat service that all rooms of a page share. */
export class Chat {
  /** @type {Env} */ #env;
  #where;
  #name;
  #token;
  #said;
  /** Ends the watch over the token. */ #unwatch = () => {};
  #backoff;
  #ladder = new Ladder();
  #climbs;
  /** @type {Map<string, Room>} */ #rooms = new Map();
  /** What the rooms speak over. @type {Attempt | undefined} */ #current;
  /** A WebSocket that is tried beside it. @type {Attempt | undefined} */ #climb;
  /** @type {string | undefined} */ #user;
  /** @type {ConnectionState} */ #state = 'connecting';
  /** @type {any} */ #timer;
  /** @type {any} */ #climbTimer;
  /** @type {any} */ #stable;
  #ready = false;
  /** When the server said its first word on this line, ms since 1970. @type {number | undefined} */ #spokenAt;
  /** Until when the server asked us to stay away, because it is going down; ms since 1970. */
  #notBefore = 0;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where finds the chat service's base address
   * @param {string} name
   * @param {import('./token.js').Token} token
   * @param {(room: string) => void} said told when something is on its way to a room
   */
  constructor(env, where, name, token, said) {
    this.#env = env;
    this.#where = where;
    this.#name = name;
    this.#token = token;
    this.#said = said;
    this.#backoff = new Backoff(env.random);
    this.#climbs = new Backoff(env.random, CLIMB_MS, LONGEST_CLIMB_MS);
    this.#pageListeners = [
      env.on('online', () => this.#renew()),
      env.on('offline', () => this.#lost({ why: 'refused' }, 'offline')),
    ];
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
      transport: () => this.#ladder.way,
      me: () => this.#user,
      send: (frame) => this.#ready && this.#current?.line?.send(frame),
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
    this.#env.never(this.#climbTimer);
    this.#env.never(this.#stable);
    this.#unwatch();
    this.#current?.line?.close();
    this.#climb?.line?.close();
    this.#current = this.#climb = undefined;
    this.#ready = false;
    this.#spokenAt = undefined;
  }

  #connect() {
    this.#drop();
    this.#current = { way: this.#ladder.way };
    this.#open(this.#current);
  }

  /** Leaves a line that still works for a new one. What the rooms have to say waits until they have joined there. */
  #goOver() {
    this.#connect();
    this.#rooms.forEach((room) => room.disconnected());
  }

  /** @param {Attempt} attempt */
  async #open(attempt) {
    // What is told by a line that was replaced meanwhile is not ours.
    const isMine = () => attempt === this.#current || attempt === this.#climb;
    try {
      const where = { base: await this.#where(), name: this.#name, protocols: await this.#token.protocols() };
      if (isMine()) {
        attempt.line = OPEN[attempt.way](this.#env, where, {
          ready: () => isMine() && this.#onReady(attempt),
          frame: (frame) => isMine() && this.#onFrame(frame),
          closed: (end) => isMine() && this.#onClosed(attempt, end),
        });
      }
    } catch {
      // No address, or one that no socket can be opened to: both may change with the network.
      if (isMine()) {
        this.#onClosed(attempt, { why: 'refused' });
      }
    }
  }

  /** @param {Attempt} attempt */
  #onReady(attempt) {
    if (attempt === this.#climb) {
      // Only now is the lower way given up. Each room goes on from its own cursor.
      this.#climb = undefined;
      this.#drop();
      this.#current = attempt;
      this.#ladder.top();
      this.#rooms.forEach((room) => room.disconnected());
    }
    this.#ready = true;
    if (attempt.way === 'websocket') {
      this.#unwatch = this.#token.watch((token) => attempt.line?.send({ type: 'token', token }));
    }
    this.#rooms.forEach((room) => room.connected());
  }

  /**
   * @param {Attempt} attempt
   * @param {End} end
   */
  #onClosed(attempt, end) {
    if (attempt === this.#climb) {
      this.#climb = undefined;
      this.#climbLater();
    } else {
      this.#lost(end);
    }
  }

  /** @param {Frame} frame */
  #onFrame(frame) {
    if (this.#spokenAt === undefined) {
      this.#onFirstWord();
    }
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
        this.#timer = this.#env.after(() => this.#goOver(), frame.after_ms);
        break;
      default:
        this.#rooms.get(frame.room)?.frame(frame);
    }
  }

  #onFirstWord() {
    this.#spokenAt = this.#env.now();
    this.#stable = this.#env.after(() => {
      this.#backoff.reset();
      if (!this.#ladder.isBelowTop) {
        this.#climbs.reset();
      }
    }, STABLE_MS);
    if (this.#ladder.isBelowTop) {
      this.#climbLater();
    }
    this.#become('live');
  }

  /** Tries the best way again after a while, beside the one that works. */
  #climbLater() {
    this.#climbTimer = this.#env.after(() => {
      this.#climb = { way: 'websocket' };
      this.#open(this.#climb);
    }, CLIMB_MS + this.#climbs.next());
  }

  /**
   * The line is gone, or could not be had.
   *
   * @param {End} end
   * @param {ConnectionState} [state] what that makes of us
   */
  #lost(end, state) {
    if (this.#rooms.size === 0) {
      return;
    }
    const now = this.#env.now();
    const hadSpoken = this.#spokenAt !== undefined;
    const isExpected = state !== undefined || now < this.#notBefore;
    const isFalling = !isExpected && this.#ladder.ended(hadSpoken ? 'cut' : end.why, now - (this.#spokenAt ?? now));
    this.#drop();
    this.#become(state ?? (hadSpoken ? 'connecting' : 'offline'));
    this.#rooms.forEach((room) => room.disconnected());
    const wait = isFalling ? 0 : Math.max(this.#backoff.next(), this.#notBefore - now, end.retryAfterMs ?? 0);
    this.#timer = this.#env.after(() => this.#connect(), wait);
  }

  /** The network is back, maybe another one: the old connection is not to be trusted, and no wait is worth it. */
  #renew() {
    if (this.#rooms.size > 0) {
      this.#drop();
      this.#ladder.top();
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
