import { Emitter } from './emitter.js';
import { LivelineError, request, withQuery } from './http.js';
import { RosterPoll } from './roster.js';
import { Stopwatch } from './stopwatch.js';
import { TabLeader } from './tableader.js';
import { Typing } from './typing.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {{user: string, name: string}} Person
 * @typedef {Person & {state: 'active' | 'away', since: number}} Present since: ms since 1970
 *
 * @typedef {object} PresenceEvents
 * @property {{online: Present[], typing: Person[]}} change people who are in the room and who are typing, the user
 *     included
 * @property {'connecting' | 'live' | 'offline'} state
 * @property {LivelineError} error the roster cannot be read
 */

/** Delay of the heartbeat after another tab of the user left the room, ms. */
const RETURN_MS = 1_000;
/** Interval of heartbeats until the server has sent its own, ms. */
const HEARTBEAT_MS = 15_000;

/**
 * People who are in a room and who are typing. The server answers each poll as soon as the roster differs. No change
 * can be missed, since each answer holds the whole roster.
 *
 * @extends {Emitter<PresenceEvents>}
 */
export class Presence extends Emitter {
  /** @type {Env} */ #env;
  #where;
  #name;
  #typing;
  #leader;
  #heartbeatMs = HEARTBEAT_MS;
  /** @type {any} */ #heartbeatTimer;
  #sinceHeartbeat;
  /** True after the first roster. */
  #hasRoster = false;
  /** Time at which another tab of the user was last reported visible, ms. */
  #seenElsewhereAt = -Infinity;
  #open = true;
  /**
   * True while the page unloads or is in the back/forward cache: a heartbeat would return the user to the room as away.
   */
  #hidden = false;
  /** @type {'connecting' | 'live' | 'offline'} */ #state = 'connecting';
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string} room
   * @param {string | undefined} name
   */
  constructor(env, where, room, name) {
    super();
    this.#env = env;
    this.#sinceHeartbeat = new Stopwatch(env);
    this.#where = where;
    this.#name = name;
    this.room = room;
    /** @type {Present[]} people in the room, the user included */
    this.online = [];
    /** @type {Person[]} people who are typing, the user included */
    this.typists = [];
    this.#typing = new Typing(env, () => this.#address('typing'));
    this.#pageListeners = [
      env.on('online', () => this.#sendHeartbeat()),
      env.on('visibility', () => this.#sendHeartbeat()),
      env.on('hide', () => this.#hide()),
      env.on('show', () => this.#show()),
    ];
    this.#leader = new TabLeader(env, `presence ${room} ${name}`, {
      open: (publish) => new RosterPoll(env, () => this.#address('presence'), publish),
      onMessage: (message) => this.#onMessage(message),
      state: () => [
        ...(this.#hasRoster ? [{ is: 'again', online: this.online, typing: this.typists }] : []),
        { is: 'state', state: this.#state },
      ],
    });
    this.#sendHeartbeat();
  }

  /** Tells whether the room has not been left. */
  get isOpen() {
    return this.#open;
  }

  /** Returns the state of the connection: `live` if {@link Presence.online} is current. */
  get state() {
    return this.#state;
  }

  /** Reports a key press. Call it on each one; requests are sent only as often as the server needs them. */
  typing() {
    this.#typing.key();
  }

  /** Reports that the text was cleared or sent. A post through this library does it by itself. */
  stopTyping() {
    this.#typing.end();
  }

  /** Leaves the room. */
  leave() {
    if (this.#open) {
      this.#sendLeave();
      this.#end();
    }
  }

  #end() {
    this.#open = false;
    this.#pageListeners.forEach((end) => end());
    this.#env.never(this.#heartbeatTimer);
    this.#leader.close();
  }

  /** @param {string} resource */
  async #address(resource) {
    const path = `/rooms/${encodeURIComponent(this.room)}/${resource}`;
    return withQuery((await this.#where()) + path, { name: this.#name });
  }

  /** @param {import('./tableader.js').TabMessage} message */
  #onMessage(message) {
    if (!this.#open) {
      return;
    }
    switch (message.is) {
      case 'roster':
        return this.#onRoster(message);
      case 'again':
        return this.#hasRoster ? undefined : this.#onRoster(message);
      case 'same':
        return this.#onAnswer();
      case 'state':
        return this.#setState(message.state);
      case 'error':
        this.#end();
        return this.emit('error', new LivelineError(message.code, message.detail, { status: message.status }));
      case 'active':
        this.#seenElsewhereAt = this.#env.uptime();
        return undefined;
      case 'left':
        // Another tab closed and removed the user from the room. Wait, since its request may still be in flight.
        this.#seenElsewhereAt = -Infinity;
        this.#sendHeartbeatIn(RETURN_MS);
    }
  }

  /** @param {Record<string, any>} roster */
  #onRoster({ online, typing }) {
    this.#hasRoster = true;
    this.online = online;
    this.typists = typing;
    this.#onAnswer();
    this.emit('change', { online, typing });
  }

  #onAnswer() {
    this.#setState('live');
    // Browsers slow down the timers of a hidden page, but not its responses.
    if (this.#sinceHeartbeat.ms >= this.#heartbeatMs) {
      this.#sendHeartbeat();
    }
  }

  #hide() {
    this.#hidden = true;
    this.#sendLeave();
  }

  #show() {
    this.#hidden = false;
    this.#sendHeartbeat();
  }

  /** @param {number} ms */
  #sendHeartbeatIn(ms) {
    this.#env.never(this.#heartbeatTimer);
    this.#heartbeatTimer = this.#env.after(() => this.#sendHeartbeat(), ms);
  }

  /** Sends a heartbeat and schedules the next one. */
  async #sendHeartbeat() {
    this.#env.never(this.#heartbeatTimer);
    if (!this.#open || this.#hidden) {
      return;
    }
    this.#sinceHeartbeat.restart();
    this.#sendHeartbeatIn(this.#heartbeatMs);
    const isVisible = this.#env.visible();
    if (!isVisible && this.#env.uptime() - this.#seenElsewhereAt < 2 * this.#heartbeatMs) {
      // The user looks at another tab, so a hidden tab does not mean away.
      return;
    }
    try {
      const json = { state: isVisible ? 'active' : 'away' };
      if (isVisible) {
        this.#leader.send({ is: 'active' });
      }
      const { headers } = await request(this.#env, await this.#address('presence'), { method: 'PUT', json });
      this.#heartbeatMs = Number(headers.get('Liveline-Heartbeat') ?? NaN) * 1000 || this.#heartbeatMs;
    } catch {
      // The next heartbeat follows, and the poll reports a lost connection.
    }
  }

  /** Leaves the room. The page may be closed before the answer arrives. */
  async #sendLeave() {
    this.#env.never(this.#heartbeatTimer);
    this.#leader.send({ is: 'left' });
    try {
      await request(this.#env, await this.#address('presence'), { method: 'DELETE', keepalive: true });
    } catch {
      // The server notices by the missing heartbeats.
    }
  }

  /** @param {'connecting' | 'live' | 'offline'} state */
  #setState(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
