import { Emitter } from './emitter.js';
import { request, withQuery } from './http.js';
import { RosterPoll } from './roster.js';
import { Stopwatch } from './stopwatch.js';
import { errorOf, TabLeader } from './tableader.js';
import { Typing } from './typing.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {{user: string, name: string}} Person
 * @typedef {Person & {state: 'active' | 'away', since: number}} Present since: ms since 1970
 *
 * @typedef {object} PresenceEvents
 * @property {{online: Present[], typing: Person[]}} change people who are in the room and who are typing, the user
 *     included
 * @property {PresenceState} state
 * @property {import('./http.js').LivelineError} error the roster cannot be read
 *
 * @typedef {'connecting' | 'live' | 'offline' | 'refused' | 'left'} PresenceState
 * live: the lists are current; refused: the server rejected the room or the account; left: by {@link Presence.leave}
 */

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
  /** Id that distinguishes this tab from the user's other tabs and devices in the room. */ #tab;
  #typing;
  #leader;
  #heartbeatMs = HEARTBEAT_MS;
  /** @type {any} */ #heartbeatTimer;
  #sinceHeartbeat;
  /** True after the first roster. */
  #hasRoster = false;
  /** Last error since the roster was current. @type {import('./tableader.js').TabMessage | undefined} */ #error;
  #open = true;
  /** Last error since the state was `live`. @type {import('./http.js').LivelineError | undefined} */ error;
  /**
   * True while the page unloads or is in the back/forward cache: a heartbeat would return the user to the room as away.
   */
  #hidden = false;
  /** @type {PresenceState} */ #state = 'connecting';
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} where
   * @param {string} room
   * @param {string | undefined} name
   * @param {() => Promise<string | undefined>} account returns the id of the account whose tabs share a poll
   */
  constructor(env, where, room, name, account) {
    super();
    this.#env = env;
    this.#sinceHeartbeat = new Stopwatch(env);
    this.#where = where;
    this.#name = name;
    this.#tab = env.id();
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
    const key = async () => {
      const who = await account();
      return who && `${await where()}/rooms/${room}/presence ${who}`;
    };
    this.#leader = new TabLeader(env, key, {
      open: (publish) => new RosterPoll(env, () => this.#address('presence'), publish),
      onMessage: (message) => this.#onMessage(message),
      state: () => [
        ...(this.#hasRoster ? [{ is: 'again', online: this.online, typing: this.typists }] : []),
        { is: 'state', state: this.#state },
        ...(this.#error ? [this.#error] : []),
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
      this.#open = false;
      this.#sendLeave();
      this.#pageListeners.forEach((end) => end());
      this.#leader.close();
      this.#setState('left');
    }
  }

  /**
   * @param {'presence' | 'typing'} resource
   * @param {string} [tab] tab whose presence it is, which ends without those of the user's other tabs and devices
   */
  async #address(resource, tab) {
    const path = `/rooms/${encodeURIComponent(this.room)}/${resource}`;
    return withQuery((await this.#where()) + path, { name: this.#name, tab });
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
        return this.#onError(message);
    }
  }

  /** @param {import('./tableader.js').TabMessage} message */
  #onError(message) {
    const isKnown = message.code === this.#error?.code;
    const error = errorOf(message);
    this.#error = message;
    this.error = error;
    if (!error.isTransient) {
      this.#env.never(this.#heartbeatTimer);
      this.#setState('refused');
    }
    if (!isKnown) {
      this.emit('error', error);
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
    this.#error = this.error = undefined;
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

  /** Sends a heartbeat and schedules the next one. */
  async #sendHeartbeat() {
    this.#env.never(this.#heartbeatTimer);
    if (!this.#open || this.#hidden || this.#state === 'refused') {
      return;
    }
    this.#sinceHeartbeat.restart();
    this.#heartbeatTimer = this.#env.after(() => this.#sendHeartbeat(), this.#heartbeatMs);
    // Every tab sends its own: the server shows a user as active if one tab is.
    const json = { state: this.#env.visible() ? 'active' : 'away' };
    try {
      const { headers } = await request(this.#env, await this.#address('presence', this.#tab), { method: 'PUT', json });
      this.#heartbeatMs = Number(headers.get('Liveline-Heartbeat') ?? NaN) * 1000 || this.#heartbeatMs;
    } catch {
      // The next heartbeat follows, and the poll reports a lost connection.
    }
  }

  /** Leaves the room. The page may be closed before the answer arrives. */
  async #sendLeave() {
    this.#env.never(this.#heartbeatTimer);
    try {
      await request(this.#env, await this.#address('presence', this.#tab), { method: 'DELETE', keepalive: true });
    } catch {
      // The server notices by the missing heartbeats.
    }
  }

  /** @param {PresenceState} state */
  #setState(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }
}
