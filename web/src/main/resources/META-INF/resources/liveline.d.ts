/** Creates a client with all features except `outbox`. It opens no connection before a feature is used. */
export function connect(options: Options): Liveline;

/**
 * Creates a client with some features, such as `createClient({ name: 'ann' }, chat, fallback)`. A bundler leaves out the
 * others.
 */
export function createClient<F extends Feature<object>[]>(options: Options, ...features: F): Client & Merged<F>;

/** Feature of a client: chat rooms, over WebSocket. */
export const chat: Feature<Pick<Liveline, 'chat'>>;
/** Feature of a client: chat over SSE or long-poll where a WebSocket does not get through. */
export const fallback: Feature<{}>;
/**
 * Feature of a client: messages that were posted and are not in the log yet survive the end of their tab, in IndexedDB, for
 * a day. It comes after `chat`. The next client with the same address and account sends them, once; if one cannot be sent, the client emits
 * `error`. Where the browser has or allows no IndexedDB or no Web Locks, nothing is kept.
 */
export const outbox: Feature<{}>;
/** Feature of a client: counters. */
export const counters: Feature<Pick<Liveline, 'counters'>>;
/** Feature of a client: people in rooms. */
export const presence: Feature<Pick<Liveline, 'presence'>>;

/** Feature of a client, which adds these methods to it. */
export type Feature<Methods extends object> = (context: never) => Methods;

/** Methods of several features. */
export type Merged<F extends Feature<object>[]> = F extends [
  Feature<infer First>,
  ...infer Rest extends Feature<object>[],
]
  ? First & Merged<Rest>
  : unknown;

/**
 * Name or token of the user. The token is a JWT, or a function that returns one, called again before the token expires
 * and when the server rejects it; the server takes the name from it.
 */
export type User =
  | { name: string; token?: string | (() => string | Promise<string>) }
  | { name?: string; token: string | (() => string | Promise<string>) };

export type Options = User & Addresses;

export interface Addresses {
  /**
   * Address of the folder of `liveline.json`, which holds the addresses of the services, such as
   * `https://example.org/realtime`, or `/realtime` on the page's own origin; by default that origin. A program without a
   * page needs it.
   */
  at?: string;
  /** Address of the chat service, such as `https://chat.example.org`. */
  chat?: string;
  /** Address of the dashboard service. */
  dashboard?: string;
  /** Address of the presence service. */
  presence?: string;
}

export interface LivelineEvents {
  /**
   * The token or the addresses of the services cannot be had, and the client goes on trying; or a message of an earlier
   * visit could not be sent, see {@link outbox}.
   */
  error: LivelineError;
  state: Connection;
}

/** Worst state of all that is open, for one banner. */
export interface Connection {
  /** idle: nothing is open, or the server refuses it; others as in {@link ConnectionState}. */
  readonly state: 'idle' | 'connecting' | 'live' | 'degraded' | 'offline';
  /**
   * `network`: the server is unreachable; `bus`: the server has lost its bus; or the code of the last
   * {@link LivelineEvents.error}, such as `token_failed`.
   */
  readonly reason?: string;
  /** Time since which the state holds, ms since 1970. */
  readonly since: number;
}

/** Client of the services, for one user in one page. */
export interface Client extends Told<LivelineEvents> {
  /** State of the connection: the same object until it changes. */
  readonly connection: Connection;
  /** Leaves all rooms and closes all connections. */
  close(): void;
}

/** Client with all features. */
export interface Liveline extends Client {
  /** Returns a handle of a chat room. All handles of a room share one subscription; each is left by itself. */
  chat(room: string): Room;
  /** Subscribes to counters: exact names, or prefixes that end in `*`; empty: all counters. */
  counters(names?: string[], options?: { bigint?: false }): Counters;
  /** Subscribes to counters whose values may be beyond 2^53, which a number cannot hold exactly. */
  counters(names: string[], options: { bigint: true }): Counters<bigint>;
  /** Returns a handle of the people in a room. The user is there until the last handle, tab and device has left. */
  presence(room: string): Presence;
}

export interface Person {
  readonly user: string;
  readonly name: string;
}

export interface Message {
  /** Position in the room's log, which also identifies the message in edits and deletes. */
  readonly cursor: string;
  /** Time of the post, ms since 1970 by the server's clock. */
  readonly time: number;
  readonly room: string;
  /** Id that the sender chose. */
  readonly id: string;
  /** User id of the sender. */
  readonly author: string;
  /** Display name of the sender. */
  readonly name: string;
  /** Text; empty if the message has data only. */
  readonly text: string;
  /** What the message is, for programs, such as `order.paid`. A plain message has none. */
  readonly kind?: string;
  /** Data of the message. Numbers are those of JavaScript: send one that must be exact beyond 2^53 as a string. */
  readonly data?: object;
  /** True if the message was edited. */
  readonly edited?: boolean;
  /** True if the message was deleted; it then has an empty text, no kind and no data. */
  readonly deleted?: boolean;
}

/** Content of a message: its text, or an object with a text or data, or both, and perhaps a kind. */
export type Content =
  | string
  | { text: string; kind?: string; data?: object }
  | { text?: string; kind?: string; data: object };

/**
 * State of a room's connection. connecting: not connected yet, or just disconnected; catching-up: connected, missed
 * messages are being fetched; live: messages arrive at once; degraded: the server has lost its bus, messages may be
 * late; offline: the server is unreachable.
 */
export type ConnectionState = 'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline';

/**
 * State of a room. refused: the server does not let the user in, and `error` says why; the client tries again now and
 * then, and with a new token. left: {@link Room.leave} was called.
 */
export type RoomState = ConnectionState | 'refused' | 'left';

/** Transport between the rooms and the chat service. */
export type Transport = 'websocket' | 'sse' | 'longpoll';

export interface RoomEvents {
  /** Next message: in the log's order, each once. */
  message: Message;
  /** The text is that of now; kind and data are there if they have changed. */
  edited: {
    message: string;
    author: string;
    name: string;
    text: string;
    kind?: string;
    data?: object;
    time: number;
  };
  deleted: { message: string; author: string; name: string; time: number };
  /** The newest messages were delivered; `older` tells whether the log has more before them. */
  loaded: { older: boolean };
  /** {@link Room.loadOlder} has added messages; `older` tells whether the log has more before them. */
  older: { older: boolean };
  /** Messages between the last one and the next one are lost. */
  gap: {};
  /** People who are connected to the room; over WebSocket only. Presence reports people over every transport. */
  members: readonly Person[];
  state: RoomState;
  /** Messages arrive over another transport now. */
  transport: Transport;
  /** The server does not let the user into the room, or no longer. */
  error: LivelineError;
}

/**
 * Handle of a chat room: a snapshot at a cursor, then every message after it, in order and once, across all reconnects.
 * A handle of a room that is open already starts with the messages that the client has.
 */
export interface Room extends Told<RoomEvents> {
  readonly name: string;
  readonly state: RoomState;
  readonly transport: Transport;
  /** Why {@link state} is `refused`. */
  readonly error: LivelineError | undefined;
  /** People who are connected to the room: the same array until they change. */
  readonly members: readonly Person[];
  /** Newest messages, with all edits and deletions applied: the same array until they change. */
  readonly messages: readonly Message[];
  /** True if the log has messages before {@link messages}. */
  readonly hasOlder: boolean;
  /**
   * Posts a message; fulfilled when the log has it. The client repeats the message under the same id until then, so the
   * method may be called while offline. Posts, edits and deletes reach the log in the order of their calls.
   *
   * Rejected with a {@link LivelineError} if the server rejects the message or the room (`too_long`, `forbidden`), if
   * too many messages wait (`busy`), if the room is left (`left`), or if no answer arrived for so long that a repeat
   * could create a duplicate (`uncertain`). `id`: id of an earlier post that failed, to repeat it without a duplicate.
   */
  post(content: Content, options?: { id?: string }): Promise<{ id: string; cursor: string }>;
  /** Changes the message with this cursor; what the content does not name stays. Fulfilled when the log has the edit. */
  edit(message: string, content: Content): Promise<void>;
  /** Deletes the message with this cursor; fulfilled when the log has the deletion. */
  delete(message: string): Promise<void>;
  /** Adds older messages to {@link messages}, for all handles of the room. Returns whether the log has more. */
  loadOlder(options?: { limit?: number }): Promise<boolean>;
  /** Returns messages before the one with this cursor, oldest first; `older` tells whether the log has more. */
  history(where: { before: string; limit?: number }): Promise<{ messages: Message[]; older: boolean }>;
  /**
   * Ends this handle. After the last one, the client leaves the room within some seconds, unless it is opened again.
   * Messages that are not in the log by then are rejected.
   */
  leave(): void;
}

/** State of counters. live: the values are the newest; refused: the server rejected the names or the account. */
export type CountersState = 'connecting' | 'live' | 'offline' | 'refused' | 'closed';

export interface CounterEvents<Value extends number | bigint = number> {
  /** New values: `changed` holds only those, `values` all. */
  change: { changed: Record<string, Value>; values: Record<string, Value> };
  state: CountersState;
  /** The counters cannot be read, or one is left out, since no exact number is its value (`beyond_number`). */
  error: LivelineError;
}

/** Newest values of some counters. */
export interface Counters<Value extends number | bigint = number>
  extends Told<CounterEvents<Value>>, AsyncIterable<Record<string, Value>> {
  /** Newest values: the same object until one changes. */
  readonly values: Record<string, Value>;
  readonly state: CountersState;
  /** Last error since the state was `live`. */
  readonly error: LivelineError | undefined;
  /** Returns the values of a counter in the last fifteen minutes. */
  history(name: string): Promise<[ms: number, value: Value][]>;
  /**
   * Adds to a counter exactly once and returns the new value. The client repeats the request until an answer arrives.
   * Rejected with `beyond_number` if a number cannot hold `by`, or, after it was added, the new value.
   */
  increment(name: string, by?: number | bigint): Promise<Value>;
  close(): void;
}

export interface Present extends Person {
  state: 'active' | 'away';
  /** Time of the arrival, ms since 1970. */
  since: number;
}

/** State of a room's lists. live: they are current; refused: the server rejected the room or the account. */
export type PresenceState = 'connecting' | 'live' | 'offline' | 'refused' | 'left';

export interface PresenceEvents {
  /** People who are in the room and who are typing, the user included. */
  change: { online: Present[]; typing: Person[] };
  state: PresenceState;
  /** The roster cannot be read. */
  error: LivelineError;
}

/** People who are in a room and who are typing. */
export interface Presence extends Told<PresenceEvents> {
  readonly room: string;
  readonly state: PresenceState;
  /** Last error since the state was `live`. */
  readonly error: LivelineError | undefined;
  readonly isOpen: boolean;
  /** People in the room, the user included. */
  readonly online: Present[];
  /** People who are typing, the user included. */
  readonly typists: Person[];
  /** Reports a key press. Call it on each one; requests are sent only as often as the server needs them. */
  typing(): void;
  /** Reports that the text was cleared. A post through this library does it by itself. */
  stopTyping(): void;
  leave(): void;
}

/** Source of named events. */
export interface Told<Events> {
  /** Subscribes to an event; the returned function unsubscribes. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
}

export interface ErrorOptions {
  status?: number;
  retryAfterMs?: number;
  isForeign?: boolean;
  cause?: unknown;
}

/** Error that a program can act on: a rejection by the server or a failure. */
export class LivelineError extends Error {
  constructor(code: string, detail: string, more?: ErrorOptions);
  /** Stable name, such as `too_long`. */
  readonly code: string;
  /** HTTP status; 0 if there was no answer or none over HTTP. */
  readonly status: number;
  /** Delay after which a retry makes sense, ms; undefined if the server sent none. */
  readonly retryAfterMs: number | undefined;
  /** True if something else than a Liveline service answered: a proxy, a sign-in page, another server. */
  readonly isForeign: boolean;
  /** True if the same request may succeed later. */
  readonly isTransient: boolean;
}
