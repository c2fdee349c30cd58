import { Backoff } from './backoff.js';
import { LivelineError, request } from './http.js';
import { JoinedRoom } from './joinedroom.js';
import { STABLE_MS } from './ladder.js';
import { protocolsOf } from './token.js';
import { openWebSocket } from './websocketconnection.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./transportconnection.js').End} End
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {import('./transportconnection.js').TransportConnection} TransportConnection
 * @typedef {import('./transportconnection.js').Rung} Rung
 * @typedef {import('./fallback.js').Fallback} Fallback
 * @typedef {import('./room.js').ConnectionState} ConnectionState
 * @typedef {{rung: Rung, isFall?: boolean, connection?: TransportConnection, token?: string}} Attempt
 * isFall: the transport before it did not get through
 */

/** Best transport. @type {Rung} */
const BEST = ['websocket', openWebSocket];
/** Time from the end of a room's last handle until the room is left, ms. */
const LINGER_MS = 3_000;

/** Connection to the chat service that all rooms of a page share. */
export class Chat {
  /** @type {Env} */ #env;
  #where;
  #name;
  #token;
  #posting;
  /** Stops watching the token. */ #unwatch = () => {};
  #backoff;
  #changed;
  /** Other transports, if the client has them. @type {Fallback | undefined} */ #fallback;
  #fallbackOf;
  /** @type {Map<string, JoinedRoom>} */ #rooms = new Map();
  /** Room without a handle, which is left soon. @type {JoinedRoom | undefined} */ #unused;
  /** @type {any} */ #unusedTimer;
  /** Connection that the rooms use. @type {Attempt | undefined} */ #current;
  /** @type {string | undefined} */ #user;
  /** @type {ConnectionState} */ #state = 'connecting';
  /** @type {any} */ #timer;
  /** @type {any} */ #stable;
  #ready = false;
  /** Time of the first frame on this connection, ms. @type {number | undefined} */ #firstFrameAt;
  /** Earliest time of a reconnect that the server allows while it shuts down, ms. */
  #notBefore = 0;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where returns the base address of the chat service
   * @param {string | undefined} name
   * @param {import('./token.js').Token} token
   * @param {import('./joinedroom.js').RoomContext['posting']} posting called when a message is posted to a room
   * @param {(best: Rung, open: (attempt: Attempt) => void) => Fallback | undefined} fallback
   * @param {() => void} changed called when the state has changed
   */
  constructor(env, where, name, token, posting, fallback, changed) {
    this.#env = env;
    this.#where = where;
    this.#name = name;
    this.#token = token;
    this.#posting = posting;
    this.#changed = changed;
    this.#fallbackOf = fallback;
    this.#backoff = new Backoff(env.random);
    this.#pageListeners = [
      env.on('online', () => this.#renew()),
      env.on('offline', () => this.#lost({ why: 'refused' }, 'offline')),
    ];
  }

  /**
   * Returns a new handle of a room.
   *
   * @param {string} name
   */
  room(name) {
    const known = this.#rooms.get(name);
    if (known) {
      if (known === this.#unused) {
        this.#unused = undefined;
      }
      return known.open();
    }
    const room = new JoinedRoom(this.#contextOfRoom(), name);
    this.#rooms.set(name, room);
    if (this.#ready) {
      room.update();
    } else if (this.#rooms.size === 1) {
      this.#connect();
      this.#changed();
    }
    return room.open();
  }

  /** Returns the state of the connection; undefined if no room is open. */
  get state() {
    return this.#rooms.size > 0 ? this.#state : undefined;
  }

  close() {
    this.#pageListeners.forEach((end) => end());
    [...this.#rooms.values()].forEach((room) => this.#leave(room));
  }

  /** @returns {import('./joinedroom.js').RoomContext} */
  #contextOfRoom() {
    return {
      env: this.#env,
      state: () => this.#state,
      transport: () => this.#rung[0],
      me: () => this.#user,
      send: (frame) => this.#ready && this.#current?.connection?.send(frame),
      request: async (path, options) => request(this.#env, (await this.#where()) + path, options),
      unused: (room) => this.#onUnused(room),
      posting: this.#posting,
    };
  }

  /**
   * Leaves a room soon. A second one is left at once in its place, since each may use a connection of the browser.
   *
   * @param {JoinedRoom} room
   */
  #onUnused(room) {
    this.#leaveUnused();
    this.#unused = room;
    this.#env.never(this.#unusedTimer);
    this.#unusedTimer = this.#env.after(() => this.#leaveUnused(), LINGER_MS);
  }

  #leaveUnused() {
    if (this.#unused) {
      this.#leave(this.#unused);
    }
  }

  /** @param {JoinedRoom} room */
  #leave(room) {
    room.close();
    this.#rooms.delete(room.name);
    if (room === this.#unused) {
      this.#unused = undefined;
    }
    if (this.#rooms.size === 0) {
      this.#env.never(this.#unusedTimer);
      this.#drop();
      this.#setState('connecting');
    }
  }

  /** Closes the connection and every attempt to open one. */
  #drop() {
    this.#env.never(this.#timer);
    this.#env.never(this.#stable);
    this.#unwatch();
    this.#current?.connection?.close();
    this.#fallback?.drop();
    this.#current = undefined;
    this.#ready = false;
    this.#firstFrameAt = undefined;
  }

  get #rung() {
    return this.#fallback?.rung ?? BEST;
  }

  #connect(isFall = false) {
    this.#drop();
    this.#fallback ??= this.#fallbackOf(BEST, (attempt) => this.#open(attempt));
    this.#current = { rung: this.#rung, isFall };
    this.#open(this.#current);
  }

  /** Replaces a connection that may still work. Messages to send wait until the rooms have joined on the new one. */
  #replaceConnection() {
    this.#connect();
    this.#rooms.forEach((room) => room.disconnected());
  }

  /** @param {Attempt} attempt */
  async #open(attempt) {
    // Ignore a connection that was replaced in the meantime.
    const isMine = () => attempt === this.#current || attempt === this.#fallback?.climb;
    try {
      const base = await this.#where();
      attempt.token = await this.#token.get();
      const isDown = attempt.isFall && (await this.#fallback?.isDown(base, [...this.#rooms.keys()][0], this.#name));
      if (!isMine()) {
        return;
      }
      if (isDown) {
        return this.#onClosed(attempt, { why: 'down' });
      }
      const endpoint = { base, name: this.#name, protocols: protocolsOf(attempt.token) };
      attempt.connection = attempt.rung[1](this.#env, endpoint, {
        ready: () => isMine() && this.#onReady(attempt),
        frame: (frame) => isMine() && this.#onFrame(frame),
        closed: (end) => isMine() && this.#onClosed(attempt, end),
      });
    } catch (error) {
      if (isMine()) {
        // There is no address or no token yet, which says nothing about the transport, or the browser refuses the socket.
        const { retryAfterMs } = /** @type {LivelineError} */ (error);
        this.#onClosed(attempt, { why: error instanceof LivelineError ? 'unready' : 'refused', retryAfterMs });
      }
    }
  }

  /** @param {Attempt} attempt */
  #onReady(attempt) {
    if (attempt === this.#fallback?.climb) {
      // Close the lower transport only now. Each room continues from its own cursor.
      this.#fallback.climb = undefined;
      this.#drop();
      this.#current = attempt;
      this.#fallback.reset();
      this.#rooms.forEach((room) => room.disconnected());
    }
    this.#ready = true;
    this.#unwatch = this.#token.watch(attempt.token, (token) => {
      attempt.token = token;
      if (attempt.rung === BEST) {
        attempt.connection?.send({ type: 'token', token });
      }
      this.#rooms.forEach((room) => room.permitted());
    });
    this.#rooms.forEach((room) => room.connected());
  }

  /**
   * @param {Attempt} attempt
   * @param {End} end
   */
  #onClosed(attempt, end) {
    if (end.why === 'expired') {
      this.#token.rejected(attempt.token);
    }
    if (attempt === this.#fallback?.climb) {
      this.#fallback.climbLater();
    } else {
      this.#lost(end);
    }
  }

  /** @param {Frame} frame */
  #onFrame(frame) {
    if (this.#firstFrameAt === undefined) {
      this.#onFirstFrame();
    }
    switch (frame.type) {
      case 'welcome':
        this.#user = frame.user;
        break;
      case 'degraded':
        this.#setState('degraded');
        break;
      case 'restored':
        this.#setState('live');
        break;
      case 'reconnect':
        // Each client gets its own delay, so that the clients of one replica do not all reconnect to another at once.
        this.#notBefore = this.#env.uptime() + frame.after_ms;
        this.#env.never(this.#timer);
        this.#timer = this.#env.after(() => this.#replaceConnection(), frame.after_ms);
        break;
      default:
        this.#rooms.get(frame.room)?.frame(frame);
    }
  }

  #onFirstFrame() {
    this.#firstFrameAt = this.#env.uptime();
    this.#stable = this.#env.after(() => {
      this.#backoff.reset();
      this.#fallback?.stable();
    }, STABLE_MS);
    this.#fallback?.live();
    this.#setState('live');
  }

  /**
   * Handles a connection that ended or could not be opened.
   *
   * @param {End} end
   * @param {ConnectionState} [state] new state, if the caller knows it
   */
  #lost(end, state) {
    if (this.#rooms.size === 0) {
      return;
    }
    const now = this.#env.uptime();
    const hadFrame = this.#firstFrameAt !== undefined;
    const saysNothing = end.why === 'expired' || end.why === 'unready';
    const isExpected = saysNothing || state !== undefined || now < this.#notBefore;
    const lastedMs = now - (this.#firstFrameAt ?? now);
    const isFalling = !isExpected && this.#fallback?.ended(hadFrame ? 'cut' : end.why, lastedMs);
    this.#drop();
    this.#setState(state ?? (hadFrame ? 'connecting' : 'offline'));
    this.#rooms.forEach((room) => room.disconnected());
    const wait = isFalling ? 0 : Math.max(this.#backoff.next(), this.#notBefore - now, end.retryAfterMs ?? 0);
    this.#timer = this.#env.after(() => this.#connect(isFalling), wait);
  }

  /** Reconnects at once: the network is back and may be another one, so the old connection may be dead. */
  #renew() {
    if (this.#rooms.size > 0) {
      this.#fallback?.reset();
      this.#backoff.reset();
      this.#setState('connecting');
      this.#replaceConnection();
    }
  }

  /** @param {ConnectionState} state */
  #setState(state) {
    this.#state = state;
    this.#changed();
    this.#rooms.forEach((room) => room.update());
  }
}
