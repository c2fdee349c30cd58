import { Emitter } from './emitter.js';
import { Feed } from './feed.js';
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
 * @property {LivelineError} error the room cannot be joined, or the server refused something that nobody waits for
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

/** How many older messages are fetched at once. */
const OLDER = 50;

/**
 * A room: a snapshot at a cursor, then everything after it, in order and once, whatever happens to the connection.
 *
 * @extends {Emitter<RoomEvents>}
 */
export class Room extends Emitter {
  /** @type {Hub} */ #hub;
  #outbox;
  #feed;
  /** @type {Map<string, Person>} */ #members = new Map();
  /** @type {ConnectionState} */ #state = 'connecting';
  /** @type {import('./lines.js').Transport} */ #transport = 'websocket';
  #joined = false;
  #open = true;
  /** The server does not want us in, and will not change its mind. */
  #refused = false;

  /**
   * @param {Hub} hub
   * @param {string} name
   */
  constructor(hub, name) {
    super();
    this.#hub = hub;
    this.name = name;
    this.#outbox = new Outbox(hub, name);
    this.#feed = new Feed(hub.env, async (query) => (await hub.request(this.#path() + query)).body, {
      event: (event) => this.#onEvent(event),
      gap: () => this.emit('gap', {}),
      loaded: (older) => this.#onLoaded(older),
      filling: () => this.update(),
      flooded: () => {
        hub.send({ type: 'leave', room: name });
        this.connected();
      },
      refused: (error) => {
        this.#refused = true;
        this.#outbox.close(error);
        this.emit('error', error);
      },
    });
    this.#feed.load();
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
   *     {@link LivelineError} when it or the whole room is refused (`too_long`, `forbidden`), when too much is waiting (`busy`), when the room is
   *     left (`left`), or when it was sent and no answer came for so long that another attempt might say it twice (`uncertain`)
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
  async history({ before, limit = OLDER }) {
    const { body } = await this.#hub.request(`${this.#path()}?before=${encodeURIComponent(before)}&limit=${limit}`);
    // Of another life of the log: the page is then the newest one, which is not what was asked for.
    return body.complete ? { messages: body.messages, older: body.more } : { messages: [], older: false };
  }

  /** Leaves for good. What is still to be said is rejected. */
  leave() {
    if (this.#open) {
      this.#open = false;
      this.#feed.close();
      this.#hub.send({ type: 'leave', room: this.name });
      this.#outbox.close(new LivelineError('left', 'The room was left before this was said'));
      this.#hub.left(this);
    }
  }

  /** A line is up: go on from where we are. @internal */
  connected() {
    this.#joined = false;
    this.#feed.reset();
    if (this.#refused) {
      return;
    }
    if (this.#feed.cursor === undefined) {
      this.#feed.load();
    } else {
      this.#join();
    }
  }

  /** The line is gone. @internal */
  disconnected() {
    this.#joined = false;
    this.#feed.reset();
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
    const caughtUp = this.#joined && !this.#feed.isFilling;
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
        return this.#feed.refetch();
      case 'members':
        return this.#onMembers(frame);
      case 'posted':
        return this.#outbox.posted(frame.id, frame.cursor);
      case 'changed':
        return this.#outbox.changed(frame.key);
      case 'error':
        return this.#onError(frame);
      default:
        return this.#feed.take(frame);
    }
  }

  #path() {
    return `/rooms/${encodeURIComponent(this.name)}/messages`;
  }

  #join() {
    this.#hub.send({ type: 'join', room: this.name, after: this.#feed.cursor });
  }

  /** @param {boolean} older */
  #onLoaded(older) {
    this.emit('loaded', { older });
    this.#join();
  }

  /** @param {Frame} frame */
  #onJoined(frame) {
    this.#joined = true;
    this.#members = new Map((frame.members ?? []).map((/** @type {Person} */ person) => [person.user, person]));
    this.emit('members', this.members);
    if (!frame.recovered) {
      this.#feed.refetch();
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
      this.#feed.forget();
      this.#feed.load();
    } else if (this.#joined && frame.code !== 'not_joined') {
      this.emit('error', error);
    } else {
      this.#joined = false;
      this.#outbox.pause();
      this.#feed.again(error, () => this.connected());
    }
  }

  /** @param {Frame} event */
  #onEvent(event) {
    if (event.author === this.#hub.me()) {
      this.#outbox.heard(event);
    }
    if (event.type === 'message' || event.type === 'edited' || event.type === 'deleted') {
      this.emit(event.type, /** @type {any} */ (event));
    }
  }
}
