/** Begins. Nothing is opened before it is asked for. */
export function connect(options: Options): Liveline;

export interface Options {
  /** Who is asking. */
  name: string;
  /** Proves it: a JWT, or a function that gives one, asked again before that expires and when the server refuses it. */
  token?: string | (() => string | Promise<string>);
  /**
   * Address of the folder where `liveline.json` lies, which tells the addresses of the services, such as
   * `https://example.org/realtime`; the page's own origin when left out.
   */
  at?: string;
  /** Address of the chat service, such as `https://chat.example.org`. */
  chat?: string;
  /** Address of the dashboard service. */
  dashboard?: string;
  /** Address of the presence service. */
  presence?: string;
}

/** The three services, for one person in one page. */
export interface Liveline {
  /** A chat room; the same one when asked for twice, until it is left. */
  chat(room: string): Room;
  /** Live counters: exact names, or ending in `*`; none: all. */
  counters(names?: string[]): Counters;
  /** The people in a room; the same when asked for twice, until it is left. */
  presence(room: string): Presence;
  /** Ends everything. */
  close(): void;
}

export interface Person {
  user: string;
  name: string;
}

export interface Message {
  /** Its place in the room's log, and its name in edits and deletes. */
  cursor: string;
  /** When it was said, ms since 1970 by the server's clock. */
  time: number;
  room: string;
  /** The sender's own id. */
  id: string;
  /** The sender's user id. */
  author: string;
  /** What the sender is called. */
  name: string;
  text: string;
  /** It was changed since. */
  edited?: boolean;
  /** It was taken back: the text is empty. */
  deleted?: boolean;
}

/**
 * connecting: not yet there, or just lost; catching-up: connected, and fetching what was missed; live: all there is, at
 * once; degraded: the server is cut off from its bus, messages may be late; offline: cannot be reached.
 */
export type ConnectionState = 'connecting' | 'catching-up' | 'live' | 'degraded' | 'offline';

/** How the rooms reach the chat service. */
export type Transport = 'websocket' | 'sse' | 'longpoll';

export interface RoomEvents {
  /** The next one: in the log's order, each once. */
  message: Message;
  edited: { message: string; author: string; name: string; text: string; time: number };
  deleted: { message: string; author: string; name: string; time: number };
  /** The newest messages were told; `older` says whether there are more before them. */
  loaded: { older: boolean };
  /** What was said between the last message and the next one is lost. */
  gap: {};
  /** Everybody who is connected to the room; only a WebSocket tells. Presence tells it on every transport. */
  members: Person[];
  state: ConnectionState;
  /** Messages come another way now. */
  transport: Transport;
  /** The room cannot be joined, or the server refused something in it that nobody waits for. */
  error: LivelineError;
}

/** A room: a snapshot at a cursor, then everything after it, in order and once, whatever happens to the connection. */
export interface Room extends Told<RoomEvents> {
  readonly name: string;
  readonly state: ConnectionState;
  readonly transport: Transport;
  readonly members: Person[];
  /**
   * Says something. Repeated under the same id until the log has it, so it may be called while offline.
   *
   * Rejected with a {@link LivelineError} when it or the whole room is refused (`too_long`, `forbidden`), when too much is
   * waiting (`busy`), when the room is left (`left`), or when it was sent and no answer came for so long that another
   * attempt might say it twice (`uncertain`). `id`: to say again what failed before, without saying it twice.
   */
  post(text: string, options?: { id?: string }): Promise<{ id: string; cursor: string }>;
  /** Changes a message, named by its cursor; fulfilled when the log has it. */
  edit(message: string, text: string): Promise<void>;
  /** Takes a message back, named by its cursor; fulfilled when the log has it. */
  delete(message: string): Promise<void>;
  /** What was said before the message with this cursor, oldest first. */
  history(where: { before: string; limit?: number }): Promise<{ messages: Message[]; older: boolean }>;
  /** Leaves for good. What is still to be said is rejected. */
  leave(): void;
}

export interface CounterEvents {
  /** `changed` is what is new. */
  change: { changed: Record<string, number>; values: Record<string, number> };
  state: 'connecting' | 'live' | 'offline';
}

/** The newest values of some counters. */
export interface Counters extends Told<CounterEvents>, AsyncIterable<Record<string, number>> {
  readonly values: Record<string, number>;
  readonly state: 'connecting' | 'live' | 'offline';
  /** The last fifteen minutes of a counter. */
  history(name: string): Promise<[ms: number, value: number][]>;
  /** Adds to a counter, once, however often it has to be repeated until there is an answer; gives the new value. */
  increment(name: string, by?: number): Promise<number>;
  close(): void;
}

export interface Present extends Person {
  state: 'active' | 'away';
  /** Since when, ms since 1970. */
  since: number;
}

export interface PresenceEvents {
  /** Who is here and who is typing, yourself included. */
  change: { online: Present[]; typing: Person[] };
  state: 'connecting' | 'live' | 'offline';
  /** The room's people cannot be had. */
  error: LivelineError;
}

/** Who is in a room and who is typing. */
export interface Presence extends Told<PresenceEvents> {
  readonly room: string;
  readonly state: 'connecting' | 'live' | 'offline';
  readonly isOpen: boolean;
  /** Everybody in the room, yourself included. */
  readonly online: Present[];
  /** Everybody who is typing, yourself included. */
  readonly typists: Person[];
  /** Call it on every key press; it is told as seldom as the server wants it. */
  typing(): void;
  /** The text was cleared. A message that is posted through this library says so by itself. */
  stopTyping(): void;
  leave(): void;
}

export interface Told<Events> {
  /** Listens; the result ends it. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
}

/** A refusal or a failure that a program can act on. */
export class LivelineError extends Error {
  constructor(code: string, detail: string, more?: { status?: number; retryAfterMs?: number });
  /** Stable name, such as `too_long`. */
  readonly code: string;
  /** HTTP status; 0 when there was no answer or none over HTTP. */
  readonly status: number;
  /** When trying again makes sense, ms. */
  readonly retryAfterMs: number | undefined;
  /** Whether the same request may succeed later. */
  readonly isTransient: boolean;
}
