/** What handles of rooms, counters and presence have in common. */
interface Handle {
  on(event: never, listener: () => void): () => void;
}

/** Time for which a handle stays open after its last component: routes change, and StrictMode mounts twice, ms. */
const LINGER_MS = 3_000;

/**
 * Handle of the client that all components with the same key share. It is opened when the first one is mounted, never
 * while a component renders, and so neither on a server nor for a render that React drops.
 */
export class Shared<H extends Handle> {
  handle: H | undefined;
  readonly #all: Map<string, unknown>;
  readonly #key: string;
  readonly #open: () => H;
  readonly #events: readonly string[];
  readonly #close: (handle: H) => void;
  readonly #listeners = new Set<() => void>();
  readonly #snapshots = new Map<unknown, object>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param all what the components of a client share, where this is while it is in use */
  constructor(
    all: Map<string, unknown>,
    key: string,
    open: () => H,
    events: readonly string[],
    close: (handle: H) => void,
  ) {
    this.#all = all;
    this.#key = key;
    this.#open = open;
    this.#events = events;
    this.#close = close;
  }

  /** Opens the handle, if it is not open, and calls the listener after each of its events. */
  subscribe = (listener: () => void): (() => void) => {
    clearTimeout(this.#timer);
    this.#listeners.add(listener);
    if (!this.handle) {
      this.#all.set(this.#key, this);
      this.handle = this.#open();
      for (const event of this.#events) {
        this.handle.on(event as never, () => this.changed());
      }
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.#timer = setTimeout(() => this.#end(), LINGER_MS);
      }
    };
  };

  /** Does something with the handle, which is open until it is done. */
  async use<T>(action: (handle: H) => Promise<T>): Promise<T> {
    const end = this.subscribe(() => {});
    try {
      return await action(this.handle as H);
    } finally {
      end();
    }
  }

  /** Returns what a function reads here: the same object until one of its fields changes. */
  snapshot<T extends object>(read: (shared: this) => T): T {
    const last = this.#snapshots.get(read) as T | undefined;
    const next = read(this);
    if (last && (Object.keys(next) as (keyof T)[]).every((key) => Object.is(last[key], next[key]))) {
      return last;
    }
    this.#snapshots.set(read, next);
    return next;
  }

  changed(): void {
    [...this.#listeners].forEach((listener) => listener());
  }

  #end() {
    const { handle } = this;
    this.handle = undefined;
    this.#snapshots.clear();
    if (this.#all.get(this.#key) === this) {
      this.#all.delete(this.#key);
    }
    if (handle) {
      this.#close(handle);
    }
  }
}
