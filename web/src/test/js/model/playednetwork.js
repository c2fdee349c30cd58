import { problem } from './playedserver.js';

const START = 1_763_979_990_000;
const HEARTBEAT_MS = 25_000;
/** Lifetime of a token, ms. */
const TOKEN_MS = 90_000;

/**
 * Browser of one user and the network between it and the server: it loses, delays, doubles and reorders requests and
 * answers, refuses them, cuts connections, and has a clock of its own.
 */
export class PlayedNetwork {
  /** 'up', 'down' (everything fails at once) or 'silent' (everything is swallowed). */
  link = 'up';
  blocksSockets = false;
  buffersStreams = false;
  /** True while the login server is down. */
  tokensFail = false;
  /** Offset of the wall clock, and time that the other clock stopped in, ms. */
  clockOffset = 0;
  /** Probabilities. */
  luck = { lose: 0, refuse: 0, double: 0, slow: 0, unclear: 0 };
  /** Times of all requests and sockets. */
  requestedAt = [];
  tokensRequested = 0;
  #clock;
  #server;
  #user;
  #random;
  #ids = 0;
  #connections = new Set();
  #listeners = [];

  constructor(clock, server, user, random) {
    this.#clock = clock;
    this.#server = server;
    this.#user = user;
    this.#random = random;
  }

  env() {
    const clock = this.#clock;
    return {
      origin: 'https://page.test',
      now: () => clock.time + this.clockOffset,
      uptime: () => clock.time - START,
      random: this.#random,
      id: () => `${this.#user}-${this.#ids++}`,
      after: (run, ms) => clock.after(ms, run),
      never: (timer) => clock.never(timer),
      fetch: (address, init) => this.#fetch(address, init),
      socket: (address, protocols) => this.#socket(protocols),
      visible: () => true,
      on: (event, listener) => {
        this.#listeners.push({ event, listener });
        return () => (this.#listeners = this.#listeners.filter((other) => other.listener !== listener));
      },
    };
  }

  /** Returns a token that is valid by the server's clock. */
  async token() {
    this.tokensRequested++;
    if (this.tokensFail) {
      throw new Error('The login server is down');
    }
    const iat = this.#clock.time / 1000;
    return `h.${btoa(JSON.stringify({ iat, exp: iat + TOKEN_MS / 1000 }))}.s`;
  }

  dispatch(event) {
    this.#listeners.filter((entry) => entry.event === event).forEach((entry) => entry.listener());
  }

  /** Ends all connections. Silent: neither side is told. */
  cut(silent = false) {
    [...this.#connections].forEach((cut) => cut(silent));
    this.#connections.clear();
  }

  #happens(probability) {
    return this.#random() < probability;
  }

  #latency() {
    return this.#happens(this.luck.slow) ? this.#random() * 15_000 : 5 + this.#random() * 200;
  }

  #isExpired(authorization) {
    const payload = authorization?.split(' ').at(-1).split('.')[1];
    return payload !== undefined && JSON.parse(atob(payload)).exp * 1000 <= this.#clock.time;
  }

  //-- HTTP

  #fetch(address, { method, headers, body, signal }) {
    const clock = this.#clock;
    this.requestedAt.push(clock.time);
    return new Promise((resolve, reject) => {
      const fail = () => reject(new TypeError('Failed to fetch'));
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      if (this.link === 'down') {
        clock.after(1, fail);
        return;
      }
      const { pathname, searchParams } = new URL(address);
      const request = { method, pathname, query: Object.fromEntries(searchParams), headers, json: body && JSON.parse(body) };
      const arrive = (answer) => this.link === 'up' && this.#serve(request, signal, answer);
      if (this.link === 'silent') {
        return;
      }
      if (this.#happens(this.luck.lose)) {
        clock.after(this.#random() * 5_000, fail);
        return;
      }
      clock.after(this.#latency(), () =>
        arrive((response) => {
          const isLost = this.#happens(this.luck.lose);
          clock.after(this.#latency(), () => this.link === 'up' && (isLost ? fail() : resolve(response)));
        }),
      );
      if (this.#happens(this.luck.double)) {
        clock.after(this.#random() * 60_000, () => arrive(() => {}));
      }
    });
  }

  /** Serves a request, like a proxy and the service behind it. */
  #serve(request, signal, answer) {
    try {
      if (this.#happens(this.luck.refuse)) {
        throw refusals[Math.floor(this.#random() * refusals.length)]();
      }
      if (this.#isExpired(request.headers.Authorization)) {
        throw problem(401, 'unauthorized');
      }
      this.#route(request, signal, answer);
    } catch (error) {
      if (error.status === undefined) {
        throw error;
      }
      answer(reply(error.status, error.html ?? { code: error.code }, { 'Retry-After': error.retryAfter }));
    }
  }

  #route({ method, pathname, query, headers, json }, signal, answer) {
    const message = decodeURIComponent(pathname.split('/')[4] ?? '');
    if (method !== 'GET') {
      const type = { POST: 'post', PATCH: 'edit', DELETE: 'delete' }[method];
      const cursor = this.#server.apply(this.#user, { type, id: headers['Idempotency-Key'], message, text: json?.text });
      if (this.#happens(this.luck.unclear)) {
        throw problem(503, 'unavailable');
      }
      answer(reply(200, { cursor }));
    } else if (this.#server.forbidden.has(this.#user)) {
      throw problem(403, 'forbidden');
    } else if (headers.Accept === 'text/event-stream') {
      this.#stream(query.after, signal, answer);
    } else {
      const limit = Number(query.limit);
      const page = () => this.#server.page({ after: query.after, limit });
      const held = headers.Prefer && page().messages.length === 0 && page().complete;
      const applied = headers.Prefer && { 'Preference-Applied': headers.Prefer };
      const now = () => answer(reply(200, page(), applied));
      held ? this.#server.park(Number(headers.Prefer.split('=')[1]) * 1000, now) : now();
    }
  }

  #stream(after, signal, answer) {
    const chunks = [];
    let wake = () => {};
    let ended;
    const push = (text) => {
      chunks.push(new TextEncoder().encode(text));
      wake();
    };
    const pipe = this.#pipe((frame) => push(frame === null ? ':\n\n' : `id: ${frame.cursor ?? ''}\ndata: ${JSON.stringify(frame)}\n\n`));
    const isBuffered = this.buffersStreams;
    const leave = isBuffered ? () => {} : this.#server.join(this.#user, after, pipe.send);
    const beat = () => {
      pipe.send(null);
      heartbeat = this.#clock.after(HEARTBEAT_MS, beat);
    };
    let heartbeat = isBuffered ? undefined : this.#clock.after(HEARTBEAT_MS, beat);
    const end = (how) => {
      leave();
      pipe.close();
      this.#clock.never(heartbeat);
      this.#connections.delete(cut);
      ended = how;
      wake();
    };
    const cut = (silent) => end(silent ? undefined : () => { throw new TypeError('network error'); });
    this.#connections.add(cut);
    signal.addEventListener('abort', () => end(() => { throw new Error('aborted'); }));
    const read = async () => {
      while (chunks.length === 0 && ended === undefined) {
        await new Promise((resolve) => (wake = resolve));
      }
      return chunks.length > 0 ? { done: false, value: chunks.shift() } : ended();
    };
    answer({ ...reply(200, '', { 'Content-Type': 'text/event-stream' }), body: { getReader: () => ({ read }) } });
  }

  /** Returns one direction of a connection: it delays, but keeps the order. */
  #pipe(deliver) {
    let last = 0;
    let open = true;
    return {
      send: (frame) => {
        const at = Math.max(last, this.#clock.time + this.#latency());
        last = at;
        this.#clock.after(at - this.#clock.time, () => open && this.link === 'up' && deliver(frame));
      },
      close: () => (open = false),
    };
  }

  //-- WebSocket

  #socket(protocols) {
    const clock = this.#clock;
    this.requestedAt.push(clock.time);
    let bearer = protocols[1] && decodeURIComponent(protocols[1]);
    let leave = () => {};
    let expiry;
    let heartbeat;
    const socket = { onmessage: null, onclose: null, send: () => {}, close: () => end() };
    const toClient = this.#pipe((frame) => socket.onmessage?.({ data: JSON.stringify(frame) }));
    const toServer = this.#pipe((text) => receive(JSON.parse(text)));
    const end = () => {
      leave();
      toClient.close();
      clock.never(expiry);
      clock.never(heartbeat);
      this.#connections.delete(cut);
    };
    const close = (code) => {
      end();
      toServer.close();
      clock.after(1, () => socket.onclose?.({ code }));
    };
    // What the client has sent may still arrive after a cut.
    const cut = (silent) => (silent ? end() : (end(), clock.after(1, () => socket.onclose?.({ code: 1006 }))));
    const watchExpiry = () => {
      clock.never(expiry);
      const payload = bearer?.split(' ').at(-1).split('.')[1];
      if (payload) {
        expiry = clock.after(JSON.parse(atob(payload)).exp * 1000 - clock.time, () => {
          toClient.send({ type: 'error', code: 'token_expired', detail: '' });
          clock.after(300, () => close(3401));
        });
      }
    };
    const answer = (frame) => toClient.send({ room: 'lobby', ...frame });
    const receive = (frame) => {
      try {
        if (this.#happens(this.luck.refuse) && frame.type !== 'heartbeat' && frame.type !== 'token') {
          throw problem(429, 'rate_limited', { retry_after_ms: 500 + this.#random() * 3_000 });
        }
        handle(frame);
      } catch (error) {
        if (error.status === undefined) {
          throw error;
        }
        answer({ type: 'error', code: error.code, detail: '', id: frame.id, retry_after_ms: error.retry_after_ms });
      }
    };
    const handle = (frame) => {
      switch (frame.type) {
        case 'join':
          leave();
          leave = this.#server.join(this.#user, frame.after, answer);
          break;
        case 'leave':
          leave();
          leave = () => {};
          break;
        case 'token':
          bearer = `Bearer ${frame.token}`;
          watchExpiry();
          if (this.#server.forbidden.has(this.#user)) {
            leave();
            throw problem(403, 'forbidden');
          }
          break;
        case 'post':
        case 'edit':
        case 'delete': {
          const cursor = this.#server.apply(this.#user, frame);
          if (this.#happens(this.luck.unclear)) {
            throw problem(503, 'unavailable');
          }
          if (!this.#happens(this.luck.lose)) {
            answer({ type: frame.type === 'post' ? 'posted' : 'changed', id: frame.id, cursor });
          }
        }
      }
    };
    clock.after(this.#latency(), () => {
      if (this.link === 'silent') {
        return;
      }
      if (this.link === 'down' || this.blocksSockets || this.#happens(this.luck.lose) || this.#isExpired(bearer)) {
        socket.onclose?.({ code: 1006 });
        return;
      }
      this.#connections.add(cut);
      socket.send = toServer.send;
      watchExpiry();
      const welcome = { type: 'welcome', session: 's', user: this.#user, name: this.#user, heartbeat_ms: HEARTBEAT_MS };
      toClient.send(welcome);
      const beat = () => {
        toClient.send({ type: 'heartbeat' });
        heartbeat = clock.after(HEARTBEAT_MS, beat);
      };
      heartbeat = clock.after(HEARTBEAT_MS, beat);
    });
    return socket;
  }
}

const refusals = [
  () => problem(503, 'unavailable'),
  () => problem(503, 'unavailable', { retryAfter: '2' }),
  () => problem(429, 'rate_limited', { retryAfter: '1' }),
  () => problem(502, '', { html: '<h1>Bad gateway</h1>' }),
];

/** Returns the part of a Response that the client uses. */
function reply(status, json, headers = {}) {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => headers?.[name] ?? null },
    text: async () => text,
  };
}
