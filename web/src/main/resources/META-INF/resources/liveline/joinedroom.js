import { Backoff } from './backoff.js';
import { Feed } from './feed.js';
import { LivelineError } from './http.js';
import { MessageList } from './messagelist.js';
import { Outbox } from './outbox.js';
import { Room } from './room.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {import('./room.js').Person} Person
 * @typedef {import('./room.js').RoomEvents} RoomEvents
 * @typedef {import('./room.js').RoomState} RoomState
 *
 * @typedef {object} Posted post that is not in the log yet
 * @property {string} id
 * @property {import('./room.js').Content} content
 * @property {string | undefined} after position in the log that the message will follow, if it is known
 * @property {Promise<unknown>} sent settled when the post is
 *
 * @typedef {object} RoomContext view of the shared connection for one room
 * @property {Env} env
 * @property {() => import('./room.js').ConnectionState} state
 * @property {() => import('./transportconnection.js').Transport} transport
 * @property {() => string | undefined} me id of the user, once the server has sent it
 * @property {(frame: Frame) => void} send
 * @property {(path: string, options?: any) => Promise<{status: number, headers: Headers, body: any}>} request
 * @property {(room: JoinedRoom) => void} unused called when the last handle was left
 * @property {(room: string, posted: Posted) => void} posting called when a message is posted
 */

/** Longest wait for the answer to a join, after which it is sent again, ms. */
const JOIN_MS = 15_000;
/** Time from a refusal of the room to the next attempt to join, ms. */
const REFUSED_MS = 10_000;
const LONGEST_REFUSED_MS = 5 * 60_000;
/** Time from a new token to the next attempt to join, ms. The server checks the token meanwhile. */
const PERMITTED_MS = 1_000;
/** Refusals that do not end as long as the page has this user and this room. */
const FINAL = new Set(['bad_room', 'bad_name', 'who_are_you']);

/** Room on the connection that the page shares, for all its handles: joined once, with one outbox and one feed. */
export class JoinedRoom {
  /** @type {RoomContext} */ #context;
  /** @type {Set<Room>} */ #handles = new Set();
  #outbox;
  #feed;
  #list = new MessageList();
  /** @type {Map<string, Person>} */ #memberMap = new Map();
  /** @type {readonly Person[]} people who are connected to the room: the same array until they change */
  members = Object.freeze([]);
  /** @type {RoomState} */ state = 'connecting';
  /** Tells whether the newest messages were delivered. */
  isLoaded = false;
  /** @type {import('./transportconnection.js').Transport} */ #transport = 'websocket';
  #joined = false;
  /** Reason why the server does not let the user in. @type {LivelineError | undefined} */ #refusal;
  #refusals;
  /** Request for older messages. @type {Promise<boolean> | undefined} */ #paging;
  /** Timer of the next attempt to join. @type {any} */ #timer;

  /**
   * @param {RoomContext} context
   * @param {string} name
   */
  constructor(context, name) {
    this.#context = context;
    this.name = name;
    this.#refusals = new Backoff(context.env.random, REFUSED_MS, LONGEST_REFUSED_MS);
    this.#outbox = new Outbox(context, name);
    this.#feed = new Feed(context.env, async (query) => (await context.request(this.#path() + query)).body, {
      event: (event) => this.#onEvent(event),
      gap: () => {
        this.#list.clear();
        this.#emit('gap', {});
      },
      loaded: (older) => this.#onLoaded(older),
      filling: () => this.update(),
      overflowed: () => {
        context.send({ type: 'leave', room: name });
        this.connected();
      },
      rejected: (error) => this.#refused(error),
    });
    this.#feed.load();
  }

  /** Returns a new handle. */
  open() {
    const handle = new Room(this);
    this.#handles.add(handle);
    return handle;
  }

  /**
   * Ends a handle.
   *
   * @param {Room} handle
   */
  release(handle) {
    if (this.#handles.delete(handle) && this.#handles.size === 0) {
      this.#context.unused(this);
    }
  }

  get transport() {
    return this.#context.transport();
  }

  get messages() {
    return this.#list.all;
  }

  /** Returns why the server does not let the user in. */
  get error() {
    return this.#refusal;
  }

  get hasOlder() {
    return this.#list.hasOlder;
  }

  /**
   * @param {import('./room.js').Content} content
   * @param {string} [id]
   */
  post(content, id = this.#context.env.id()) {
    const sent = this.#outbox.post(id, content);
    this.#context.posting(this.name, { id, content, after: this.#feed.cursor, sent });
    return sent;
  }

  /** @param {{type: 'edit' | 'delete', message: string} & import('./room.js').Content} change */
  change(change) {
    return this.#outbox.change(change);
  }

  /**
   * @param {string} before
   * @param {number} limit
   */
  async history(before, limit) {
    const { body } = await this.#context.request(`${this.#path()}?before=${encodeURIComponent(before)}&limit=${limit}`);
    // The cursor is of an older epoch of the log: the page is then the newest one, not the requested one.
    return body.complete ? { messages: body.messages, older: body.more } : { messages: [], older: false };
  }

  /** @param {number} limit */
  loadOlder(limit) {
    this.#paging ??= this.#page(limit).finally(() => (this.#paging = undefined));
    return this.#paging;
  }

  /** @param {number} limit */
  async #page(limit) {
    const [first] = this.messages;
    if (first && this.hasOlder && (await this.#list.prepend(() => this.history(first.cursor, limit)))) {
      this.#emit('older', { older: this.hasOlder });
    }
    return this.hasOlder;
  }

  /** Leaves the room. Messages that are not in the log yet are rejected. */
  close() {
    const handles = [...this.#handles];
    this.#handles.clear();
    handles.forEach((handle) => handle.leave());
    this.#context.env.never(this.#timer);
    this.#feed.close();
    this.#context.send({ type: 'leave', room: this.name });
    this.#outbox.close(new LivelineError('left', 'The room was left'));
  }

  /** Resumes at the cursor, on a new connection. */
  connected() {
    this.#joined = false;
    this.#feed.reset();
    if (this.#refusal && FINAL.has(this.#refusal.code)) {
      return;
    }
    if (this.#feed.cursor === undefined) {
      this.#feed.load();
    } else {
      this.#join();
    }
  }

  /** Handles the loss of the connection. */
  disconnected() {
    this.#context.env.never(this.#timer);
    this.#joined = false;
    this.#feed.reset();
    this.#outbox.pause();
    this.update();
  }

  /** Tries again to join a room that refused the user: another token was sent. */
  permitted() {
    if (this.#refusal) {
      this.#connectIn(PERMITTED_MS);
    }
  }

  /** Emits the state and the transport if they have changed. */
  update() {
    if (this.#transport !== this.transport) {
      this.#transport = this.transport;
      this.#emit('transport', this.#transport);
    }
    const shared = this.#context.state();
    const caughtUp = this.#joined && !this.#feed.isFilling;
    const state = this.#refusal ? 'refused' : shared === 'live' && !caughtUp ? 'catching-up' : shared;
    if (state !== this.state) {
      this.state = state;
      this.#emit('state', state);
    }
  }

  /**
   * Handles a frame of the server for this room.
   *
   * @param {Frame} frame
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
      case 'changed':
        return this.#outbox.done(frame.id, frame.cursor);
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
    this.#connectIn(JOIN_MS);
  }

  /**
   * Joins the room later, unless it is joined by then.
   *
   * @param {number} ms
   */
  #connectIn(ms) {
    this.#context.env.never(this.#timer);
    this.#timer = this.#context.env.after(() => this.connected(), ms);
  }

  /** @param {boolean} older */
  #onLoaded(older) {
    this.isLoaded = true;
    this.#list.hasOlder ||= older;
    this.#emit('loaded', { older });
    this.#join();
  }

  /** @param {Frame} frame */
  #onJoined(frame) {
    this.#context.env.never(this.#timer);
    this.#joined = true;
    this.#refusal = undefined;
    this.#refusals.reset();
    this.#setMembers((frame.members ?? []).map((/** @type {Person} */ person) => [person.user, person]));
    if (!frame.recovered) {
      this.#feed.refetch();
    }
    this.update();
    this.#outbox.resume();
  }

  /** @param {Frame} frame */
  #onMembers(frame) {
    const members = new Map(this.#memberMap);
    for (const person of frame.joined ?? []) {
      members.set(person.user, person);
    }
    for (const user of frame.left ?? []) {
      members.delete(user);
    }
    this.#setMembers(members);
  }

  /** @param {Iterable<[string, Person]>} members */
  #setMembers(members) {
    this.#memberMap = new Map(members);
    this.members = Object.freeze([...this.#memberMap.values()]);
    this.#emit('members', this.members);
  }

  /** @param {Frame} frame */
  #onError(frame) {
    const { code, detail, status, retry_after_ms: retryAfterMs } = frame;
    const error = new LivelineError(code, detail, { status, retryAfterMs });
    const isOfCommand = this.#outbox.rejected(frame, error) || frame.id !== undefined || frame.message !== undefined;
    if (code === 'bad_cursor' && !isOfCommand) {
      this.#feed.forget();
      this.#retry(error, () => this.#feed.load());
    } else if (code === 'not_joined' || (!isOfCommand && error.isTransient)) {
      this.#retry(error, () => this.connected());
    } else if (!isOfCommand) {
      this.#refused(error);
    }
  }

  /**
   * Joins again after a failure that may pass.
   *
   * @param {LivelineError} error
   * @param {() => void} attempt
   */
  #retry(error, attempt) {
    this.#context.env.never(this.#timer);
    this.#joined = false;
    this.#outbox.pause();
    this.#feed.retryLater(error, attempt);
    this.update();
  }

  /**
   * Handles that the server does not let the user in, or has put him out: with another token it may again.
   *
   * @param {LivelineError} error
   */
  #refused(error) {
    const isNew = this.#refusal?.code !== error.code;
    this.#joined = false;
    this.#refusal = error;
    this.#outbox.close(error);
    this.#context.env.never(this.#timer);
    if (!FINAL.has(error.code)) {
      this.#connectIn(REFUSED_MS + Math.max(this.#refusals.next(), error.retryAfterMs ?? 0));
    }
    this.update();
    if (isNew) {
      this.#emit('error', error);
    }
  }

  /** @param {Frame} event */
  #onEvent(event) {
    if (event.author === this.#context.me()) {
      this.#outbox.confirm(event);
    }
    if (event.type === 'message') {
      this.#list.add(/** @type {any} */ (Object.freeze(event)));
    } else if (event.type === 'edited') {
      this.#list.change(event.message, changeOf(event));
    } else if (event.type === 'deleted') {
      this.#list.change(event.message, { text: '', deleted: true });
    } else {
      return;
    }
    this.#emit(event.type, /** @type {any} */ (event));
  }

  /**
   * @template {keyof RoomEvents} Name
   * @param {Name} name
   * @param {RoomEvents[Name]} event
   */
  #emit(name, event) {
    [...this.#handles].forEach((handle) => handle.receive(name, event));
  }
}

/**
 * Returns what an edit changes. Without a kind or data in the event, those of the message stay.
 *
 * @param {Frame} event
 */
function changeOf({ text, kind, data }) {
  return { text, edited: true, ...(kind !== undefined && { kind }), ...(data !== undefined && { data }) };
}
