import { Backoff } from './backoff.js';
import { Emitter } from './emitter.js';
import { LivelineError } from './http.js';
import { Outbox } from './outbox.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./lines.js').Frame} Frame
 * @typedef {{user: string, name: string}} Person
 *
 * @typedef {object} Message
 * @property {string} cursor its place in the room's log, and its name in edits and deletes
 * @property {number} time when it was said, ms since 1970 by the server's clock
 * @property {string} room
 * @property {string} id the sender's own id
 * @property {string} author the sender's user id
 * @property {string} name what the sender is called
 * @property {string} text
 * @property {boolean} [edited] it was changed since
 * @property {boolean} [deleted] it was taken back: the text is empty
 *
 * @typedef {'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline'} ConnectionState
 *     connecting: not yet there, or just lost; catching-up: connected, and fetching what was missed; live: all there
 *     is, at once; degraded: the server is cut off from its bus, messages may be late; offline: cannot be reached
 *
 * @typedef {object} RoomEvents
 * @property {Message} message the next one: in the log's order, each once
 * @property {{message: string, author: string, name: string, text: string, time: number}} edited
 * @property {{message: string, author: string, name: string, time: number}} deleted
 * @property {{older: boolean}} loaded the newest messages were told, `older` says whether there are more before them
 * @property {{}} gap what was said between the last message and the next one is lost
 * @property {Person[]} members everybody who is connected to the room; only a WebSocket tells
 * @property {ConnectionState} state
 * @property {import('./lines.js').Transport} transport messages come another way now
 * @property {LivelineError} error the room cannot be joined
 *
 * @typedef {object} Hub what a room needs of the connection it shares with the others
 * @property {Env} env
 * @property {() => ConnectionState} state
 * @property {() => import('./lines.js').Transport} transport
 * @property {() => string | undefined} me the user id, once the server has told it
 * @property {(frame: Frame) => void} send
 * @property {(path: string, options?: any) => Promise<{status: number, headers: Headers, body: any}>} request
 * @property {(room: Room) => void} left
 * @property {(room: string) => void} said a message is on its way
 */

/** How many messages are told when a room is opened. */
const NEWEST = 50;
/** How many are fetched at once to fill a hole. */
const REFETCH = 200;
/** How many may wait behind a hole; with more than that the room is joined anew. */
const MOST_HELD = 2000;
/** How many cursors are remembered to know a repeated event by. */
const MOST_SEEN = 2000;

/**
 * A room: a snapshot at a cursor, then everything after it, in order and once, whatever happens to the connection.
 *
 * @extends {Emitter<RoomEvents>}
 */
export class Room extends Emitter {
  /** @type {Hub} */ #hub;
  #outbox;
  #backoff;
  /** @type {string | undefined} */ #cursor;
  /** @type {Set<string>} */ #seen = new Set();
  /** Events that came while a hole before them is being filled. @type {Frame[] | undefined} */ #held;
  /** @type {Map<string, Person>} */ #members = new Map();
  /** @type {ConnectionState} */ #state = 'connecting';
  /** @type {import('./lines.js').Transport} */ #transport = 'websocket';
  #joined = false;
  #loading = false;
  #open = true;
  /** The server does not want us in, and will not change its mind. */
  #refused = false;
  /** Grows with each connection and each refetch, so that an answer which comes too late is known as such. */
  #turn = 0;
  /** @type {any} */ #timer;

  /**
   * @param {Hub} hub
   * @param {string} name
   */
  constructor(hub, name) {
    super();
    this.#hub = hub;
    this.name = name;
    this.#outbox = new Outbox(hub, name);
    this.#backoff = new Backoff(hub.env.random);
    this.#load();
  }

  /** Whether messages arrive, and how surely. */
  get state() {
    return this.#state;
  }

  /** How messages arrive. */
  get transport() {
    return this.#hub.transport();
  }

  /** Everybody who is connected to the room. */
  get members() {
    return [...this.#members.values()];
  }

  /**
   * Says something. Repeated under the same id until the log has it, so it may be called while offline; the room's
   * `message` event brings it to its sender like to everybody.
   *
   * @param {string} text
   * @param {{id?: string}} [options] id: to say again what failed before, without saying it twice
   * @returns {Promise<{id: string, cursor: string}>} fulfilled when the log has it; rejected with a
   *     {@link LivelineError} when it is refused (`too_long`), when too much is waiting (`busy`), or when it was sent
   *     and no answer came for so long that another attempt might say it twice (`uncertain`)
   */
  post(text, { id = this.#hub.env.id() } = {}) {
    this.#hub.said(this.name);
    return this.#outbox.post(id, text);
  }

  /**
   * Changes a message.
   *
   * @param {string} message its cursor
   * @param {string} text
   * @returns {Promise<void>} fulfilled when the log has it
   */
  edit(message, text) {
    return this.#outbox.change({ type: 'edit', room: this.name, message, text });
  }

  /**
   * Takes a message back.
   *
   * @param {string} message its cursor
   * @returns {Promise<void>} fulfilled when the log has it
   */
  delete(message) {
    return this.#outbox.change({ type: 'delete', room: this.name, message });
  }

  /**
   * What was said before.
   *
   * @param {{before: string, limit?: number}} where before: the cursor of the oldest message already there
   * @returns {Promise<{messages: Message[], older: boolean}>} oldest first; older: whether there is more
   */
  async history({ before, limit = NEWEST }) {
    const { body } = await this.#hub.request(`${this.#path()}?before=${encodeURIComponent(before)}&limit=${limit}`);
    // Of another life of the log: the page is then the newest one, which is not what was asked for.
    return body.complete ? { messages: body.messages, older: body.more } : { messages: [], older: false };
  }

  /** Leaves for good. What is still to be said is rejected. */
  leave() {
    if (this.#open) {
      this.#open = false;
      this.#turn++;
      this.#hub.env.never(this.#timer);
      this.#hub.send({ type: 'leave', room: this.name });
      this.#outbox.close();
      this.#hub.left(this);
    }
  }

  /** A line is up: go on from where we are. @internal */
  connected() {
    this.#turn++;
    this.#joined = false;
    this.#held = undefined;
    if (this.#refused) {
      return;
    }
    if (this.#cursor !== undefined) {
      this.#hub.send({ type: 'join', room: this.name, after: this.#cursor });
    } else {
      this.#load();
    }
  }

  /** The line is gone. @internal */
  disconnected() {
    this.#turn++;
    this.#joined = false;
    this.#held = undefined;
    this.#outbox.pause();
    this.update();
  }

  /** Tells of the state and the transport, when they changed. @internal */
  update() {
    if (this.#transport !== this.#hub.transport()) {
      this.#transport = this.#hub.transport();
      this.emit('transport', this.#transport);
    }
    const whole = this.#hub.state();
    const caughtUp = this.#joined && this.#held === undefined;
    const state = whole === 'live' && !caughtUp ? 'catching-up' : whole;
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }

  /**
   * What the server says about this room.
   *
   * @param {Frame} frame
   * @internal
   */
  frame(frame) {
    switch (frame.type) {
      case 'joined':
        return this.#onJoined(frame);
      case 'gap':
        return this.#refetch();
      case 'members':
        return this.#onMembers(frame);
      case 'posted':
        return this.#outbox.posted(frame.id, frame.cursor);
      case 'changed':
        return this.#outbox.changed(frame.key);
      case 'error':
        return this.#onError(frame);
      default:
        return this.#take(frame);
    }
  }

  #path() {
    return `/rooms/${encodeURIComponent(this.name)}/messages`;
  }

  /** The snapshot that everything else follows. It needs no line, so it is fetched while one is being opened. */
  async #load() {
    if (this.#loading || !this.#open) {
      return;
    }
    this.#loading = true;
    try {
      const { body } = await this.#hub.request(`${this.#path()}?limit=${NEWEST}`);
      if (this.#open) {
        this.#backoff.reset();
        this.#tellAll(body.messages);
        this.#cursor = body.cursor;
        this.emit('loaded', { older: body.more });
        this.#hub.send({ type: 'join', room: this.name, after: body.cursor });
      }
    } catch (error) {
      this.#failed(++this.#turn, /** @type {LivelineError} */ (error), () => this.#load());
    } finally {
      this.#loading = false;
    }
  }

  /** Fills a hole that the server could not, as far as the log reaches back; what comes meanwhile waits. */
  async #refetch() {
    const turn = ++this.#turn;
    this.#held ??= [];
    this.update();
    try {
      for (let more = true; more; ) {
        const after = encodeURIComponent(this.#cursor ?? '');
        const { body } = await this.#hub.request(`${this.#path()}?after=${after}&limit=${REFETCH}`);
        if (turn !== this.#turn) {
          return;
        }
        if (!body.complete) {
          this.emit('gap', {});
        }
        this.#tellAll(body.messages);
        this.#cursor = body.cursor;
        more = body.more;
      }
      this.#backoff.reset();
      this.#release();
    } catch (error) {
      this.#failed(turn, /** @type {LivelineError} */ (error), () => this.#refetch());
    }
  }

  #release() {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#tellAll(held);
    this.update();
  }

  /**
   * @param {number} turn
   * @param {LivelineError} error
   * @param {() => void} again
   */
  #failed(turn, error, again) {
    if (turn !== this.#turn) {
      return;
    }
    if (error.isTransient) {
      const wait = Math.max(this.#backoff.next(), error.retryAfterMs ?? 0);
      this.#timer = this.#hub.env.after(() => turn === this.#turn && again(), wait);
    } else {
      this.#refused = true;
      this.emit('error', error);
    }
  }

  /** @param {Frame} frame */
  #onJoined(frame) {
    this.#joined = true;
    this.#members = new Map((frame.members ?? []).map((/** @type {Person} */ person) => [person.user, person]));
    this.emit('members', this.members);
    if (!frame.recovered) {
      this.#refetch();
    }
    this.update();
    this.#outbox.resume();
  }

  /** @param {Frame} frame */
  #onMembers(frame) {
    for (const person of frame.joined ?? []) {
      this.#members.set(person.user, person);
    }
    for (const user of frame.left ?? []) {
      this.#members.delete(user);
    }
    this.emit('members', this.members);
  }

  /** @param {Frame} frame */
  #onError(frame) {
    const error = new LivelineError(frame.code, frame.detail, { status: frame.status, retryAfterMs: frame.retry_after_ms });
    if (this.#outbox.refused(frame, error) && frame.code !== 'not_joined') {
      return;
    }
    if (frame.code === 'bad_cursor') {
      this.#cursor = undefined;
      this.emit('gap', {});
      this.#load();
    } else if (this.#joined && frame.code !== 'not_joined') {
      this.emit('error', error);
    } else {
      this.#joined = false;
      this.#outbox.pause();
      this.#failed(++this.#turn, error, () => this.connected());
    }
  }

  /** @param {Frame} event */
  #take(event) {
    if (this.#held === undefined) {
      this.#tell(event);
    } else if (this.#held.length < MOST_HELD) {
      this.#held.push(event);
    } else {
      // More came than is worth keeping: leave, and join where the hole begins.
      this.#hub.send({ type: 'leave', room: this.name });
      this.connected();
    }
  }

  /** @param {Frame[]} events */
  #tellAll(events) {
    for (const event of events) {
      this.#tell(event);
    }
  }

  /** @param {Frame} event */
  #tell(event) {
    if (this.#seen.has(event.cursor)) {
      return;
    }
    this.#seen.add(event.cursor);
    if (this.#seen.size > MOST_SEEN) {
      this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value));
    }
    this.#cursor = event.cursor;
    if (event.author === this.#hub.me()) {
      this.#outbox.heard(event);
    }
    if (event.type === 'message' || event.type === 'edited' || event.type === 'deleted') {
      this.emit(event.type, /** @type {any} */ (event));
    }
  }
}
