import type {
  Client,
  Connection,
  Counters,
  CountersState,
  Liveline,
  LivelineError,
  Message,
  Person,
  Presence,
  PresenceState,
  Present,
  Room,
  RoomState,
  Transport,
} from '@liveline/client';
import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useState,
  useSyncExternalStore,
  type ReactElement,
  type ReactNode,
} from 'react';
import { Shared } from './shared.js';
import { SharedRoom } from './sharedroom.js';

/** Client of `connect`, or of `createClient` with some of the features. */
export type SomeLiveline = Client & Partial<Pick<Liveline, 'chat' | 'counters' | 'presence'>>;

const NONE: readonly never[] = Object.freeze([]);
/** Events of counters and presence. */
const EVENTS = ['change', 'state', 'error'];
const NO_VALUES = Object.freeze({});
const IDLE: Connection = Object.freeze({ state: 'idle', since: 0 });

const Context = createContext<SomeLiveline | undefined>(undefined);
/** What a message holds: the first parameter of {@link Room.post}. */
export type Content = Parameters<Room['post']>[0];

/** Message of this page that its room does not show yet. */
export interface PendingMessage {
  readonly id: string;
  readonly content: Content;
  readonly text: string;
  /** Why it was not posted; undefined while it is on its way. */
  readonly error: LivelineError | undefined;
  /** Posts it again after an error. It cannot become a duplicate. */
  retry(): Promise<boolean>;
  /** Gives it up after an error. */
  discard(): void;
}

/** What the components of a client share, by key. */
const sharedOf = new WeakMap<SomeLiveline, Map<string, unknown>>();
/** Snapshots before a handle is open: what a server renders, and the browser first. */
const initial = new WeakMap<object, object>();

/** Provider of a client for the components in it. Who created the client closes it. */
export function LivelineProvider({ client, children }: { client: SomeLiveline; children?: ReactNode }): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/** Returns the client. */
export function useLiveline(): SomeLiveline {
  const client = useContext(Context);
  if (!client) {
    throw new Error('There is no <LivelineProvider client={…}> around this component');
  }
  return client;
}

/** Returns the state of the connection, for a banner: the worst of all that is open. */
export function useConnection(): Connection {
  const client = useLiveline();
  const subscribe = useCallback((listener: () => void) => client.on('state', listener), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.connection,
    () => IDLE,
  );
}

/** Returns a room: its state, and its handle as soon as it is open. */
export function useRoom(name: string): {
  room: Room | undefined;
  state: RoomState;
  error: LivelineError | undefined;
  transport: Transport;
  members: readonly Person[];
} {
  return useSnapshot(useSharedRoom(name), readRoom);
}

/** Returns the newest messages of a room and those that `loadOlder` has added, oldest first. */
export function useMessages(name: string): {
  messages: readonly Message[];
  hasOlder: boolean;
  /** Whether older messages are being loaded. */
  isLoading: boolean;
  /** Adds older messages; rejected with a {@link LivelineError}. */
  loadOlder(options?: { limit?: number }): Promise<void>;
  state: RoomState;
  error: LivelineError | undefined;
} {
  const shared = useSharedRoom(name);
  const [isLoading, setLoading] = useState(false);
  return {
    ...useSnapshot(shared, readMessages),
    isLoading,
    loadOlder: async (options) => {
      setLoading(true);
      try {
        await shared.use((room) => room.loadOlder(options));
      } finally {
        setLoading(false);
      }
    },
  };
}

/** Returns functions that post, edit and delete messages of a room, and the messages that it does not show yet. */
export function useSend(name: string): {
  /** Posts a message. Returns whether the log has it; if not, it is in `pending` with the reason. */
  send(content: Content): Promise<boolean>;
  /** Edits the message with this cursor; rejected with a {@link LivelineError}. */
  edit(message: string, text: string): Promise<void>;
  /** Deletes the message with this cursor; rejected with a {@link LivelineError}. */
  remove(message: string): Promise<void>;
  /** Messages of this page that are on their way or were not posted, in the order of their posts. */
  pending: readonly PendingMessage[];
} {
  const shared = useSharedRoom(name);
  return {
    ...useSnapshot(shared, readPending),
    send: (content) => shared.send(content),
    edit: (message, text) => shared.use((room) => room.edit(message, text)),
    remove: (message) => shared.use((room) => room.delete(message)),
  };
}

/** Returns the people in a room. The user is among them while a component uses this hook or {@link useTyping}. */
export function usePresence(room: string): {
  online: readonly Present[];
  state: PresenceState;
  error: LivelineError | undefined;
} {
  return useSnapshot(useSharedPresence(room), readPresence);
}

/** Returns the people who are typing in a room, and functions that report the user's typing. */
export function useTyping(room: string): {
  /** People who are typing, the user included. */
  typists: readonly Person[];
  /** Reports a key press. Call it on each one. */
  typing(): void;
  /** Reports that the text was cleared. A post does it by itself. */
  stopTyping(): void;
} {
  const shared = useSharedPresence(room);
  return {
    ...useSnapshot(shared, readTypists),
    typing: () => shared.handle?.typing(),
    stopTyping: () => shared.handle?.stopTyping(),
  };
}

export interface CountersResult<Value extends number | bigint> {
  values: Readonly<Record<string, Value>>;
  state: CountersState;
  error: LivelineError | undefined;
  /** Handle of the counters, as soon as it is open: for `increment` and `history`. */
  counters: Counters<Value> | undefined;
}

/** Returns the newest values of counters: of exact names, or prefixes that end in `*`; empty: of all counters. */
export function useCounters(names?: readonly string[], options?: { bigint?: false }): CountersResult<number>;
/** Returns the newest values of counters as bigints, which hold any value. */
export function useCounters(names: readonly string[], options: { bigint: true }): CountersResult<bigint>;
export function useCounters(names: readonly string[] = [], { bigint = false } = {}): CountersResult<any> {
  const client = useLiveline();
  const sorted = [...names].sort();
  const shared = sharedBy(client, ['counters', bigint, ...sorted], (all, key) => {
    const feature = featureOf(client, 'counters');
    return new Shared<Counters<any>>(
      all,
      key,
      () => feature.counters(sorted, { bigint: bigint as true }),
      EVENTS,
      (counters) => counters.close(),
    );
  });
  return useSnapshot(shared, readCounters);
}

const readRoom = ({ handle: room }: SharedRoom) => ({
  room,
  state: room?.state ?? ('connecting' as const),
  error: room?.error,
  transport: room?.transport ?? ('websocket' as const),
  members: room?.members ?? NONE,
});
const readMessages = ({ handle: room }: SharedRoom) => ({
  messages: room?.messages ?? NONE,
  hasOlder: room?.hasOlder ?? false,
  state: room?.state ?? ('connecting' as const),
  error: room?.error,
});
const readPending = ({ pending }: SharedRoom) => ({ pending });
const readPresence = ({ handle: presence }: Shared<Presence>) => ({
  online: presence?.online ?? NONE,
  state: presence?.state ?? ('connecting' as const),
  error: presence?.error,
});
const readTypists = ({ handle: presence }: Shared<Presence>) => ({ typists: presence?.typists ?? NONE });
const readCounters = ({ handle: counters }: Shared<Counters<any>>) => ({
  values: counters?.values ?? NO_VALUES,
  state: counters?.state ?? ('connecting' as const),
  error: counters?.error,
  counters,
});

function useSharedRoom(name: string): SharedRoom {
  const client = useLiveline();
  return sharedBy(client, ['room', name], (all, key) => new SharedRoom(all, key, featureOf(client, 'chat'), name));
}

function useSharedPresence(room: string): Shared<Presence> {
  const client = useLiveline();
  return sharedBy(client, ['presence', room], (all, key) => {
    const feature = featureOf(client, 'presence');
    return new Shared(
      all,
      key,
      () => feature.presence(room),
      EVENTS,
      (presence) => presence.leave(),
    );
  });
}

function useSnapshot<S extends Shared<any>, T extends object>(shared: S, read: (shared: S) => T): T {
  const first = () => {
    const known = (initial.get(read) as T | undefined) ?? read({ pending: NONE } as unknown as S);
    initial.set(read, known);
    return known;
  };
  return useSyncExternalStore(shared.subscribe, () => shared.snapshot(read), first);
}

/** Returns what the components of a client share under a key. Creating it has no effect before it is subscribed to. */
function sharedBy<S>(
  client: SomeLiveline,
  keys: readonly (string | boolean)[],
  create: (all: Map<string, unknown>, key: string) => S,
): S {
  const all = sharedOf.get(client) ?? new Map<string, unknown>();
  sharedOf.set(client, all);
  const key = JSON.stringify(keys);
  const known = (all.get(key) as S | undefined) ?? create(all, key);
  all.set(key, known);
  return known;
}

function featureOf<F extends 'chat' | 'counters' | 'presence'>(client: SomeLiveline, feature: F) {
  if (!client[feature]) {
    throw new Error(`The client has no ${feature}: createClient(options, ${feature})`);
  }
  return client as Pick<Liveline, F>;
}
