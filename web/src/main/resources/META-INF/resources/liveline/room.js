import { Emitter } from './emitter.js';
import { LivelineError } from './http.js';

/**
 * @typedef {Readonly<{user: string, name: string}>} Person
 *
 * @typedef {object} Message
 * @property {string} cursor position in the room's log, which also identifies it in edits and deletes
 * @property {number} time time of the post, ms since 1970 by the server's clock
 * @property {string} room
 * @property {string} id id that the sender chose
 * @property {string} author the sender's user id
 * @property {string} name display name of the sender
 * @property {string} text empty if the message has data only
 * @property {string} [kind] what the message is, for programs, such as `order.paid`; none if it is a plain message
 * @property {object} [data]
 * @property {boolean} [edited] whether it was edited
 * @property {boolean} [deleted] whether it was deleted; it then has an empty text, no kind and no data
 *
 * @typedef {{text?: string, kind?: string, data?: object}} Content it has a text or data
 *
 * @typedef {'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline'} ConnectionState
 * connecting: not connected yet, or just disconnected; catching-up: connected, missed messages are being fetched; live:
 * messages arrive at once; degraded: the server has lost its bus, messages may be late; offline: the server is
 * unreachable
 * @typedef {ConnectionState | 'refused' | 'left'} RoomState refused: the server does not let the user into the room;
 * left: {@link Room.leave} was called
 *
 * @typedef {object} RoomEvents
 * @property {Message} message next message: in the log's order, each once
 * @property {{message: string, author: string, name: string, text: string, kind?: string, data?: object, time: number}} edited
 * the text as it is now, and kind and data if they have changed
 * @property {{message: string, author: string, name: string, time: number}} deleted
 * @property {{older: boolean}} loaded the newest messages were delivered; older: whether the log has more before them
 * @property {{older: boolean}} older older messages were loaded; older: whether the log has more before them
 * @property {{}} gap messages between the last one and the next one are lost
 * @property {readonly Person[]} members people who are connected to the room; over WebSocket only
 * @property {RoomState} state
 * @property {import('./transportconnection.js').Transport} transport messages arrive over another transport now
 * @property {LivelineError} error the server does not let the user into the room
 */

/** Default number of older messages in one request. */
const OLDER = 50;

/**
 * Handle of a chat room: a snapshot at a cursor, then every message after it, in order and once, across all reconnects.
 * All handles of a room share one subscription, and each of them is left by itself.
 *
 * @extends {Emitter<RoomEvents>}
 */
export class Room extends Emitter {
  /** @type {import('./joinedroom.js').JoinedRoom} */ #room;
  #open = true;
  /** True after the known messages were delivered. */
  #started = false;

  /** @param {import('./joinedroom.js').JoinedRoom} room */
  constructor(room) {
    super();
    this.#room = room;
    this.name = room.name;
    // Deferred, so that the caller can subscribe first.
    queueMicrotask(() => this.#start());
  }

  /** @returns {RoomState} the state of the room */
  get state() {
    return this.#open ? this.#room.state : 'left';
  }

  /** Returns why the state is `refused`. */
  get error() {
    return this.#room.error;
  }

  /** Returns the transport over which messages arrive. */
  get transport() {
    return this.#room.transport;
  }

  /** Returns the people who are connected to the room: the same array until they change. */
  get members() {
    return this.#room.members;
  }

  /** Returns the newest messages, with all edits and deletions applied: the same array until they change. */
  get messages() {
    return this.#room.messages;
  }

  /** Tells whether the log has messages before {@link Room.messages}. */
  get hasOlder() {
    return this.#room.hasOlder;
  }

  /**
   * Posts a message. The client repeats it under the same id until the log has it, so it may be called while offline.
   * The sender receives the message by the room's `message` event, as every member does. Posts, edits and deletes of a
   * page reach the log in the order of their calls.
   *
   * @param {string | Content} content text, or an object with a kind and data
   * @param {{id?: string}} [options] id: of an earlier post that failed, to repeat it without a duplicate
   * @returns {Promise<{id: string, cursor: string}>} fulfilled when the log has the message; rejected with a
   * {@link LivelineError} if the server rejects the message or the room (`too_long`, `forbidden`), if too many messages
   * wait (`busy`), if the room is left (`left`), or if no answer arrived for so long that a repeat could create a
   * duplicate (`uncertain`)
   */
  post(content, { id } = {}) {
    return this.#open ? this.#room.post(contentOf(content), id) : left();
  }

  /**
   * Edits a message.
   *
   * @param {string} message cursor of the message
   * @param {string | Content} content what changes: a text, or an object; what it does not name stays
   * @returns {Promise<void>} fulfilled when the log has the edit
   */
  edit(message, content) {
    return this.#open ? this.#room.change({ type: 'edit', message, ...contentOf(content) }) : left();
  }

  /**
   * Deletes a message.
   *
   * @param {string} message cursor of the message
   * @returns {Promise<void>} fulfilled when the log has the deletion
   */
  delete(message) {
    return this.#open ? this.#room.change({ type: 'delete', message }) : left();
  }

  /**
   * Adds older messages to {@link Room.messages}, for all handles of the room.
   *
   * @param {{limit?: number}} [options]
   * @returns {Promise<boolean>} whether the log has more
   */
  loadOlder({ limit = OLDER } = {}) {
    return this.#room.loadOlder(limit);
  }

  /**
   * Returns older messages.
   *
   * @param {{before: string, limit?: number}} where before: cursor of the oldest message that the caller has
   * @returns {Promise<{messages: Message[], older: boolean}>} oldest first; older: whether the log has more
   */
  history({ before, limit = OLDER }) {
    return this.#room.history(before, limit);
  }

  /**
   * Ends this handle: it emits nothing more. After the last handle of the room, the client stays in the room for some
   * seconds, since applications often open a room again at once, and then leaves it. Messages that are not in the log
   * by then are rejected.
   */
  leave() {
    if (this.#open) {
      this.#room.release(this);
      this.#open = false;
      this.emit('state', 'left');
    }
  }

  /**
   * Emits an event, if this handle has delivered what was known before.
   *
   * @template {keyof RoomEvents} Name
   * @param {Name} name
   * @param {RoomEvents[Name]} event
   * @internal
   */
  receive(name, event) {
    if (this.#open && (this.#started || name === 'state')) {
      this.emit(name, event);
    }
  }

  /** Delivers what is known already because another handle opened the room before. */
  #start() {
    if (!this.#open) {
      return;
    }
    this.#started = true;
    this.messages.forEach((message) => this.emit('message', message));
    if (this.#room.isLoaded) {
      this.emit('loaded', { older: this.hasOlder });
    }
    if (this.members.length > 0) {
      this.emit('members', this.members);
    }
  }
}

/**
 * Returns the fields of a content, as they are now: the application may change its object while the frame waits.
 *
 * @param {string | Content} content
 * @returns {Content}
 */
function contentOf(content) {
  const { text, kind, data } = typeof content === 'string' ? { text: content } : content;
  return JSON.parse(JSON.stringify({ text, kind, data }));
}

/** @returns {Promise<never>} */
function left() {
  return Promise.reject(new LivelineError('left', 'The room was left'));
}
