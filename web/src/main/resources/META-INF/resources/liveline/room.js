import { Emitter } from './emitter.js';
import { Feed } from './feed.js';
import { LivelineError } from './http.js';
import { Outbox } from './outbox.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {{user: string, name: string}} Person
 *
 * @typedef {object} Message
 * @property {string} cursor position in the room's log, which also identifies it in edits and deletes
 * @property {number} time time of the post, ms since 1970 by the server's clock
 * @property {string} room
 * @property {string} id id that the sender chose
 * @property {string} author the sender's user id
 * @property {string} name display name of the sender
 * @property {string} text
 * @property {boolean} [edited] whether it was edited
 * @property {boolean} [deleted] whether it was deleted; the text is then empty
 *
 * @typedef {'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline'} ConnectionState
 * connecting: not connected yet, or just disconnected; catching-up: connected, missed messages are being fetched; live:
 * messages arrive at once; degraded: the server has lost its bus, messages may be late; offline: the server is
 * unreachable
 *
 * @typedef {object} RoomEvents
 * @property {Message} message next message: in the log's order, each once
 * @property {{message: string, author: string, name: string, text: string, time: number}} edited
 * @property {{message: string, author: string, name: string, time: number}} deleted
 * @property {{older: boolean}} loaded the newest messages were delivered; older: whether the log has more before them
 * @property {{}} gap messages between the last one and the next one are lost
 * @property {Person[]} members people who are connected to the room; over WebSocket only
 * @property {ConnectionState} state
 * @property {import('./transportconnection.js').Transport} transport messages arrive over another transport now
 * @property {LivelineError} error the room cannot be joined, or the server rejected a request that no promise stands
 *     for
 *
 * @typedef {object} RoomContext view of the shared connection for one room
 * @property {Env} env
 * @property {() => ConnectionState} state
 * @property {() => import('./transportconnection.js').Transport} transport
 * @property {() => string | undefined} me id of the user, once the server has sent it
 * @property {(frame: Frame) => void} send
 * @property {(path: string, options?: any) => Promise<{status: number, headers: Headers, body: any}>} request
 * @property {(room: Room) => void} left
 * @property {(room: string) => void} posting called when a message is posted
 */

/** Default number of older messages in one request. */
const OLDER = 50;

/**
 * Chat room: a snapshot at a cursor, then every message after it, in order and once, across all reconnects.
 *
 * @extends {Emitter<RoomEvents>}
 */
export class Room extends Emitter {
  /** @type {RoomContext} */ #context;
  #outbox;
  #feed;
  /** @type {Map<string, Person>} */ #members = new Map();
  /** @type {ConnectionState} */ #state = 'connecting';
  /** @type {import('./transportconnection.js').Transport} */ #transport = 'websocket';
  #joined = false;
  #open = true;
  /** True after the server has rejected the room for good. */
  #isRejected = false;

  /**
   * @param {RoomContext} context
   * @param {string} name
   */
  constructor(context, name) {
    super();
    this.#context = context;
    this.name = name;
    this.#outbox = new Outbox(context, name);
    this.#feed = new Feed(context.env, async (query) => (await context.request(this.#path() + query)).body, {
      event: (event) => this.#onEvent(event),
      gap: () => this.emit('gap', {}),
      loaded: (older) => this.#onLoaded(older),
      filling: () => this.update(),
      overflowed: () => {
        context.send({ type: 'leave', room: name });
        this.connected();
      },
      rejected: (error) => {
        this.#isRejected = true;
        this.#outbox.close(error);
        this.emit('error', error);
      },
    });
    this.#feed.load();
  }

  /** Returns the state of the connection. */
  get state() {
    return this.#state;
  }

  /** Returns the transport over which messages arrive. */
  get transport() {
    return this.#context.transport();
  }

  /** Returns the people who are connected to the room. */
  get members() {
    return [...this.#members.values()];
  }

  /**
   * Posts a message. The client repeats it under the same id until the log has it, so it may be called while offline.
   * The sender receives the message by the room's `message` event, as every member does.
   *
   * @param {string} text
   * @param {{id?: string}} [options] id: of an earlier post that failed, to repeat it without a duplicate
   * @returns {Promise<{id: string, cursor: string}>} fulfilled when the log has the message; rejected with a
   * {@link LivelineError} if the server rejects the message or the room (`too_long`, `forbidden`), if too many messages
   * wait (`busy`), if the room is left (`left`), or if no answer arrived for so long that a repeat could create a
   * duplicate (`uncertain`)
   */
  post(text, { id = this.#context.env.id() } = {}) {
    this.#context.posting(this.name);
    return this.#outbox.post(id, text);
  }

  /**
   * Edits a message.
   *
   * @param {string} message cursor of the message
   * @param {string} text
   * @returns {Promise<void>} fulfilled when the log has the edit
   */
  edit(message, text) {
    return this.#outbox.change({ type: 'edit', room: this.name, message, text });
  }

  /**
   * Deletes a message.
   *
   * @param {string} message cursor of the message
   * @returns {Promise<void>} fulfilled when the log has the deletion
   */
  delete(message) {
    return this.#outbox.change({ type: 'delete', room: this.name, message });
  }

  /**
   * Returns older messages.
   *
   * @param {{before: string, limit?: number}} where before: cursor of the oldest message that the caller has
   * @returns {Promise<{messages: Message[], older: boolean}>} oldest first; older: whether the log has more
   */
  async history({ before, limit = OLDER }) {
    const { body } = await this.#context.request(`${this.#path()}?before=${encodeURIComponent(before)}&limit=${limit}`);
    // The cursor is of an older epoch of the log: the page is then the newest one, not the requested one.
    return body.complete ? { messages: body.messages, older: body.more } : { messages: [], older: false };
  }

  /** Leaves the room for good. Messages that are not in the log yet are rejected. */
  leave() {
    if (this.#open) {
      this.#open = false;
      this.#feed.close();
      this.#context.send({ type: 'leave', room: this.name });
      this.#outbox.close(new LivelineError('left', 'The room was left before the message was sent'));
      this.#context.left(this);
    }
  }

  /** Resumes at the cursor, on a new connection. @internal */
  connected() {
    this.#joined = false;
    this.#feed.reset();
    if (this.#isRejected) {
      return;
    }
    if (this.#feed.cursor === undefined) {
      this.#feed.load();
    } else {
      this.#join();
    }
  }

  /** Handles the loss of the connection. @internal */
  disconnected() {
    this.#joined = false;
    this.#feed.reset();
    this.#outbox.pause();
    this.update();
  }

  /** Emits the state and the transport if they have changed. @internal */
  update() {
    if (this.#transport !== this.#context.transport()) {
      this.#transport = this.#context.transport();
      this.emit('transport', this.#transport);
    }
    const shared = this.#context.state();
    const caughtUp = this.#joined && !this.#feed.isFilling;
    const state = shared === 'live' && !caughtUp ? 'catching-up' : shared;
    if (state !== this.#state) {
      this.#state = state;
      this.emit('state', state);
    }
  }

  /**
   * Handles a frame of the server for this room.
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
        return this.#feed.receive(frame);
    }
  }

  #path() {
    return `/rooms/${encodeURIComponent(this.name)}/messages`;
  }

  #join() {
    this.#context.send({ type: 'join', room: this.name, after: this.#feed.cursor });
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
    const error = new LivelineError(frame.code, frame.detail, {
      status: frame.status,
      retryAfterMs: frame.retry_after_ms,
    });
    if (this.#outbox.rejected(frame, error) && frame.code !== 'not_joined') {
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
      this.#feed.retry(error, () => this.connected());
    }
  }

  /** @param {Frame} event */
  #onEvent(event) {
    if (event.author === this.#context.me()) {
      this.#outbox.confirm(event);
    }
    if (event.type === 'message' || event.type === 'edited' || event.type === 'deleted') {
      this.emit(event.type, /** @type {any} */ (event));
    }
  }
}
