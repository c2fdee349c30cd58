/** Time at which the page was opened, ms since 1970. */
const START = 1_763_979_990_000;

/** Environment of the client for tests, with a clock and a network that the test controls. */
export class World {
  /** Time of the timers, ms. */
  time = 1_763_980_000_000;
  /** Offset of the wall clock, ms: a user set the clock, or the computer slept and the other clock stopped. */
  clockOffset = 0;
  origin = 'https://page.test';
  isVisible = true;
  isOnline = true;
  /** Result of random(); 1 makes every wait as long as possible. */
  chance = 1;
  sockets = [];
  /** Streams of counters. */
  streams = [];
  /** All requests: {method, address, path, headers, json}. */
  requests = [];
  #timers = new Map();
  #nextTimer = 1;
  #nextId = 1;
  #listeners = [];
  #routes = [];

  constructor() {
    this.serve('GET', '/counters/stream', (request) => this.streamOf(request));
  }

  /** Returns the answer to a request for a stream of counters. */
  streamOf(request) {
    return { stream: this.#remember(this.streams, new FakeStream(request)) };
  }

  env() {
    return {
      origin: this.origin,
      now: () => this.time + this.clockOffset,
      uptime: () => this.time - START,
      random: () => this.chance,
      id: () => `id-${this.#nextId++}`,
      after: (run, ms) => {
        this.#timers.set(this.#nextTimer, { run, at: this.time + ms });
        return this.#nextTimer++;
      },
      never: (timer) => this.#timers.delete(timer),
      fetch: (address, init) => this.#fetch(address, init),
      socket: (address, protocols) => this.#remember(this.sockets, new FakeSocket(address, protocols)),
      visible: () => this.isVisible,
      on: (event, listener) => {
        const entry = { event, listener };
        this.#listeners.push(entry);
        return () => this.#listeners.splice(this.#listeners.indexOf(entry), 1);
      },
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get stream() {
    return this.streams.at(-1);
  }

  /**
   * Answers requests of this method and path prefix from now on. The function gets the request and returns
   * {status, headers, json or text} or a promise of it.
   */
  serve(method, path, answer) {
    this.#routes.unshift({ method, path, answer });
  }

  /** Returns the requests of this method and path prefix. */
  made(method, path) {
    return this.requests.filter((request) => request.method === method && request.path.startsWith(path));
  }

  /** Dispatches an event of the page. */
  dispatch(event) {
    [...this.#listeners].filter((entry) => entry.event === event).forEach((entry) => entry.listener());
  }

  /** Runs all pending tasks without passing time. */
  async settle() {
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Passes time and runs the timers that are due. */
  async pass(ms) {
    const until = this.time + ms;
    await this.settle();
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) {
        break;
      }
      this.#timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].run();
      await this.settle();
    }
    this.time = until;
  }

  #remember(all, one) {
    all.push(one);
    return one;
  }

  async #fetch(address, init) {
    const { pathname, search } = new URL(address);
    const request = {
      address,
      path: pathname + search,
      method: init.method,
      headers: init.headers,
      body: init.body,
      json: init.body && JSON.parse(init.body),
      signal: init.signal,
      keepalive: init.keepalive,
    };
    this.requests.push(request);
    if (!this.isOnline) {
      throw new TypeError('Failed to fetch');
    }
    const route = this.#routes.find(({ method, path }) => method === request.method && request.path.startsWith(path));
    const aborted = new Promise((_, reject) =>
      init.signal.addEventListener('abort', () => reject(new Error('aborted'))),
    );
    const answer = await Promise.race([
      route ? route.answer(request) : { status: 404, json: { code: 'not_found' } },
      aborted,
    ]);
    const status = answer.status ?? 200;
    if (answer.stream) {
      return answer.stream.response(init.signal);
    }
    const body = status === 204 || status === 304 ? null : (answer.text ?? JSON.stringify(answer.json));
    return new Response(body, { status, headers: answer.headers });
  }
}

class FakeSocket {
  onmessage = null;
  onclose = null;
  isOpen = true;
  /** Frames that the client sent. */
  sent = [];

  constructor(address, protocols) {
    this.address = address;
    this.protocols = protocols;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isOpen = false;
  }

  /** Delivers documents to the client in one frame. */
  deliver(...frames) {
    this.onmessage?.({ data: frames.map((frame) => JSON.stringify(frame)).join('\n') });
  }

  /** Breaks the connection. */
  break(code = 1006) {
    this.isOpen = false;
    this.onclose?.({ code });
  }

  sentOf(type) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

/** Locks and channels that the tabs of one browser share. */
export class FakeTabs {
  #locks = new Map();
  #channels = new Map();

  /** Error of each request for a lock, if the browser refuses locks. @type {Error | undefined} */
  refusal;
  /** Number of requests for locks. */
  asked = 0;

  /** Returns the part of the environment for one tab. */
  env(tab = {}) {
    return { locks: { request: (...all) => this.#request(tab, ...all) }, channel: (name) => this.#channel(name) };
  }

  /** Releases the locks of a tab that was killed. */
  kill(tab) {
    for (const lock of this.#locks.values()) {
      lock.queue = lock.queue.filter((entry) => entry.tab !== tab);
      if (lock.holder?.tab === tab) {
        lock.holder = undefined;
        this.#next(lock);
      }
    }
  }

  #request(tab, name, { steal, signal, ifAvailable }, run) {
    this.asked++;
    if (this.refusal) {
      return Promise.reject(this.refusal);
    }
    const lock = this.#locks.get(name) ?? { queue: [] };
    this.#locks.set(name, lock);
    if (ifAvailable && (lock.holder || lock.queue.length > 0)) {
      return Promise.resolve(run(null));
    }
    return new Promise((resolve, reject) => {
      const entry = { tab, run, resolve, reject };
      signal?.addEventListener('abort', () => {
        const at = lock.queue.indexOf(entry);
        if (at >= 0) {
          lock.queue.splice(at, 1);
          reject(new DOMException('aborted', 'AbortError'));
        }
      });
      if (steal) {
        lock.holder?.reject(new DOMException('stolen', 'AbortError'));
        lock.holder = undefined;
        lock.queue.unshift(entry);
      } else {
        lock.queue.push(entry);
      }
      this.#next(lock);
    });
  }

  /** Rejects all granted and waiting requests, and all later ones, as for a page that is unloaded. */
  reject(error) {
    this.refusal = error;
    for (const lock of this.#locks.values()) {
      [lock.holder, ...lock.queue].forEach((entry) => entry?.reject(error));
      lock.queue = [];
    }
  }

  #next(lock) {
    if (lock.holder || lock.queue.length === 0) {
      return;
    }
    const holder = lock.queue.shift();
    lock.holder = holder;
    Promise.resolve()
      .then(() => holder.run({}))
      .then((result) => {
        holder.resolve(result);
        if (lock.holder === holder) {
          lock.holder = undefined;
          this.#next(lock);
        }
      });
  }

  #channel(name) {
    const all = this.#channels.get(name) ?? new Set();
    this.#channels.set(name, all);
    const channel = {
      onmessage: null,
      postMessage: (message) => {
        if (!all.has(channel)) {
          throw new DOMException('The channel is closed', 'InvalidStateError');
        }
        const data = structuredClone(message);
        [...all]
          .filter((other) => other !== channel)
          .forEach((other) => setImmediate(() => all.has(other) && other.onmessage?.({ data })));
      },
      close: () => all.delete(channel),
    };
    all.add(channel);
    return channel;
  }
}

/** Body of an SSE response to `fetch`, as chunks of bytes. */
export class FakeBody {
  isOpen = true;
  #pieces;

  response(signal) {
    const body = new ReadableStream({ start: (pieces) => (this.#pieces = pieces) });
    signal.addEventListener('abort', () => this.#end(() => this.#pieces.error(new Error('aborted'))));
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  write(text) {
    this.#pieces.enqueue(new TextEncoder().encode(text));
  }

  /** Delivers frames as events, in the format of the chat service. */
  deliver(...frames) {
    frames.forEach((frame) =>
      this.write(`${frame.cursor ? `id: ${frame.cursor}\n` : ''}data: ${JSON.stringify(frame)}\n\n`),
    );
  }

  /** Ends the stream as the server does. */
  close() {
    this.#end(() => this.#pieces.close());
  }

  /** Breaks the connection. */
  break() {
    this.#end(() => this.#pieces.error(new TypeError('network error')));
  }

  #end(how) {
    if (this.isOpen) {
      this.isOpen = false;
      how();
    }
  }
}

/** Stream of counters. */
class FakeStream extends FakeBody {
  constructor({ address, headers }) {
    super();
    this.address = address;
    this.headers = headers;
  }

  /** Delivers events in one chunk. */
  deliver(type, ...all) {
    this.write(all.map((data) => `id: ${data.cursor}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`).join(''));
  }
}

/** Log of a room as in the chat service, for its REST routes and for sockets. */
export class FakeLog {
  epoch = 'e1';
  events = [];
  /** Offset up to which events are trimmed. */
  trimmed = 0;

  /** Streams of the room. */
  streams = [];
  /** True if the server streams rooms; 'silent' if a proxy buffers the streams. */
  streaming = true;
  /** Heartbeat interval that the server announces on a stream, ms. */
  heartbeatMs = 25_000;
  #parked = [];

  constructor(world, room = 'lobby') {
    this.room = room;
    world.serve('GET', `/rooms/${room}/messages`, (request) => this.answer(request));
    world.serve('POST', `/rooms/${room}/messages`, (request) => this.#post(request));
  }

  get stream() {
    return this.streams.at(-1);
  }

  /** Answers a request for messages. */
  answer({ address, headers }) {
    const query = new URL(address).searchParams;
    if (headers.Accept === 'text/event-stream' && this.streaming) {
      return this.#stream(query);
    }
    const page = this.#page(query);
    if (!headers.Prefer || page.json.messages.length > 0 || !page.json.complete) {
      return page;
    }
    return new Promise((resolve) =>
      this.#parked.push(() => resolve({ ...this.#page(query), headers: { 'Preference-Applied': headers.Prefer } })),
    );
  }

  /** Delivers the start of the stream and the missed events, as the service does, unless a proxy buffers them. */
  #stream(query) {
    const stream = new FakeBody();
    this.streams.push(stream);
    if (this.streaming !== 'silent') {
      const { messages, complete } = this.#page(query).json;
      setImmediate(() =>
        stream.deliver(
          {
            type: 'joined',
            room: this.room,
            cursor: complete ? query.get('after') : this.end,
            recovered: complete,
            heartbeat_ms: this.heartbeatMs,
          },
          ...(complete ? messages : []),
        ),
      );
    }
    return { stream };
  }

  /** Delivers an event to streams and held polls. */
  publish(event) {
    this.streams
      .filter((stream) => stream.isOpen && this.streaming !== 'silent')
      .forEach((stream) => stream.deliver(event));
    this.release();
  }

  /** Answers the held polls. */
  release() {
    this.#parked.splice(0).forEach((answer) => answer());
  }

  /** Appends a message once for each id. */
  #post({ headers, json, address }) {
    const id = headers['Idempotency-Key'];
    const author = new URL(address).searchParams.get('name');
    let event = this.events.find((known) => known.id === id && known.author === author);
    if (!event) {
      event = this.add(json.text, author, id);
      this.publish(event);
    }
    return { status: 201, json: { room: this.room, id, cursor: event.cursor } };
  }

  get end() {
    return `${this.epoch}-${this.events.length}`;
  }

  /** Appends a message and returns its event. */
  add(text, author = 'bob', id = `from-${author}-${this.events.length}`) {
    const cursor = `${this.epoch}-${this.events.length + 1}`;
    const event = { type: 'message', cursor, time: 1, room: this.room, id, author, name: author, text };
    this.events.push(event);
    return event;
  }

  /** Starts a new epoch with an empty log. */
  begin(epoch) {
    this.epoch = epoch;
    this.events = [];
    this.trimmed = 0;
  }

  #page(query) {
    const limit = Number(query.get('limit') ?? 1_000);
    const kept = this.events.slice(this.trimmed);
    const start = `${this.epoch}-${this.trimmed}`;
    const after = query.get('after');
    const before = query.get('before');
    if (after !== null) {
      const [epoch, offset] = after.split('-');
      const complete = epoch === this.epoch && Number(offset) >= this.trimmed;
      const rest = complete ? this.events.slice(Number(offset)) : kept;
      const messages = rest.slice(0, limit);
      return {
        json: {
          room: this.room,
          messages,
          cursor: messages.at(-1)?.cursor ?? this.end,
          start,
          complete,
          more: rest.length > limit,
        },
      };
    }
    const upTo = before === null ? this.events.length : Number(before.split('-')[1]) - 1;
    const rest = this.events.slice(this.trimmed, upTo);
    return {
      json: {
        room: this.room,
        messages: rest.slice(-limit),
        cursor: this.end,
        start,
        complete: true,
        more: rest.length > limit,
      },
    };
  }
}

export const WELCOME = { type: 'welcome', session: 's', user: 'ann', name: 'ann', heartbeat_ms: 25_000, limits: {} };
