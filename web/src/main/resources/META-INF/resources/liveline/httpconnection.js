import { request, withQuery } from './http.js';
import { ConnectionSlots } from './connectionslots.js';
import { sendCommand } from './httpcommand.js';
import { readStream } from './sse.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {import('./transportconnection.js').OpenConnection} OpenConnection
 *
 * @typedef {object} RoomSubscription subscription to one room
 * @property {Env} env
 * @property {string} room
 * @property {string | undefined} after
 * @property {(parameters: Record<string, string | number | undefined>) => string} address returns the address of the
 *     room's messages
 * @property {AbortSignal} signal
 * @property {(frame: Frame) => void} onFrame
 */

/** Interval of heartbeats until the server has sent its own, ms. */
const HEARTBEAT_MS = 25_000;
/** Longest wait for the first event, which the server sends at once; a buffering proxy is detected by it, ms. */
const FIRST_MS = 8_000;
/** Longest time that the server may hold a poll, seconds. */
const WAIT_S = 25;
/** Delay of an answer or a heartbeat after which the connection counts as dead, ms. */
const LATE_MS = 10_000;
/** Time from the end of a stream with its token to the next stream, ms. */
const EXPIRED_MS = 500;
/** Interval of polls that the server does not hold, ms. */
const POLL_MS = 3_000;
/** Shortest time for which the server holds a poll that brings no event, ms. */
const FLOOR_MS = 1_000;
/** Maximum number of events in one request. */
const LIMIT = 200;
/** Slots of a transport that holds no connection. */
const NO_SLOTS = { take: async () => () => {} };
/** Statuses that mean that the server, or a proxy before it, does not support this transport. */
const UNSUPPORTED = new Set([404, 405, 406, 501]);

/** @type {OpenConnection} receives events by SSE, one stream a room, and sends messages by POST */
export const openEventStream = (env, endpoint, listener) => openHttp(env, endpoint, listener, subscribeByStream);

/** @type {OpenConnection} receives events by long-poll and sends messages by POST */
export const openLongPoll = (env, endpoint, listener) =>
  openHttp(env, endpoint, listener, (subscription) => subscribeByPolls(subscription, WAIT_S));

/**
 * Opens a connection that polls at an interval. The ladder does not use it, since long-poll works wherever this does;
 * the lab compares it with the others.
 *
 * @param {() => number} everyMs
 * @returns {OpenConnection}
 */
export const openPlainPoll = (everyMs) => (env, endpoint, listener) =>
  openHttp(env, endpoint, listener, (subscription) => subscribeByPolls(subscription, 0, everyMs), NO_SLOTS);

/**
 * @param {Env} env
 * @param {import('./transportconnection.js').Endpoint} endpoint
 * @param {import('./transportconnection.js').ConnectionListener} listener
 * @param {(subscription: RoomSubscription) => Promise<void>} subscribe receives a room's events over a connection of
 *     its own
 * @param {Pick<ConnectionSlots, 'take'>} [slots] source of the right to hold that connection
 * @returns {import('./transportconnection.js').TransportConnection}
 */
function openHttp(env, { base, name }, listener, subscribe, slots = new ConnectionSlots(env, base)) {
  let open = true;
  /** @type {Map<string, AbortController>} */
  const rooms = new Map();
  /** Commands without an answer, by room and id. @type {Set<string>} */
  const commands = new Set();

  /**
   * @param {string} room
   * @param {string} path
   * @param {Record<string, string | number | undefined>} [parameters]
   */
  function address(room, path, parameters) {
    return withQuery(`${base}/rooms/${encodeURIComponent(room)}/messages${path}`, { name, ...parameters });
  }

  /** @param {Frame} frame */
  function onFrame(frame) {
    if (open) {
      listener.frame(frame);
    }
  }

  function close() {
    open = false;
    rooms.forEach((abort) => abort.abort());
  }

  /** @param {string} room */
  function leave(room) {
    rooms.get(room)?.abort();
    rooms.delete(room);
  }

  /** @param {Frame} frame */
  async function join({ room, after }) {
    leave(room);
    const abort = new AbortController();
    rooms.set(room, abort);
    const ofRoom = address.bind(undefined, room, '');
    const subscription = { env, room, after, address: ofRoom, signal: abort.signal, onFrame };
    const release = await slots.take();
    try {
      await (release ? subscribe(subscription) : subscribeByPolls(subscription, 0));
      // The server ended it, which it does while it shuts down.
      if (open && !abort.signal.aborted) {
        close();
        listener.closed({ why: 'cut' });
      }
    } catch (error) {
      if (open && !abort.signal.aborted) {
        failed(room, /** @type {LivelineError} */ (error));
      }
    } finally {
      release?.();
    }
  }

  /**
   * @param {string} room
   * @param {LivelineError} error
   */
  function failed(room, error) {
    const isUnsupported = UNSUPPORTED.has(error.status);
    if (!isUnsupported && !error.isTransient) {
      // The error concerns this room only; the others continue.
      rooms.delete(room);
      onFrame({ type: 'error', room, code: error.code, detail: error.message, status: error.status });
      return;
    }
    close();
    const why = isUnsupported ? 'unsupported' : error.code === 'timeout' ? 'silent' : 'refused';
    listener.closed({ why, retryAfterMs: error.retryAfterMs });
  }

  /** @param {Frame} frame a post, an edit or a delete */
  async function command(frame) {
    const key = `${frame.room} ${frame.id}`;
    if (!commands.has(key)) {
      commands.add(key);
      const answer = await sendCommand(env, address, frame);
      commands.delete(key);
      onFrame(answer);
    }
  }

  // Nothing to wait for. Deferred, because the caller needs the connection before its listener is called.
  queueMicrotask(() => open && listener.ready());

  return {
    send: (frame) => {
      if (!open) {
        return;
      }
      switch (frame.type) {
        case 'join':
          return void join(frame);
        case 'leave':
          return leave(frame.room);
        case 'post':
        case 'edit':
        case 'delete':
          return void command(frame);
      }
    },
    close,
  };
}

/**
 * Receives events by SSE. The server ends a stream when its token expires. The client then resumes at its cursor with
 * the current token; only a second rejection is an error.
 *
 * @param {RoomSubscription} subscription
 */
async function subscribeByStream({ env, room, after, address, signal, onFrame }) {
  let heartbeatMs = HEARTBEAT_MS;
  let cursor = after;
  let expired;
  do {
    if (expired) {
      // A source of tokens that returns an expired one must not be a loop.
      await pause(env, EXPIRED_MS, signal);
    }
    expired = false;
    await readStream(env, address({ after: cursor }), {
      signal,
      firstMs: FIRST_MS,
      silenceMs: () => heartbeatMs + LATE_MS,
      onEvent: (event) => {
        const frame = JSON.parse(event.data);
        expired = frame.type === 'error' && frame.code === 'token_expired';
        if (!expired) {
          heartbeatMs = frame.heartbeat_ms ?? heartbeatMs;
          cursor = event.id || cursor;
          onFrame({ room, ...frame });
        }
      },
    });
  } while (expired && !signal.aborted);
}

/**
 * Receives events by polls.
 *
 * @param {RoomSubscription} subscription
 * @param {number} waitS longest time that the server may hold a request; 0: it answers at once
 * @param {() => number} [everyMs] interval of requests that are not held
 */
async function subscribeByPolls({ env, room, after, address, signal, onFrame }, waitS, everyMs = () => POLL_MS) {
  let cursor = after;
  let joined = false;
  while (!signal.aborted) {
    // The first request is not held: its answer confirms the join.
    const seconds = joined ? waitS : 0;
    const askedAt = env.uptime();
    const { body, headers } = await request(env, address({ limit: LIMIT, after: cursor }), {
      headers: seconds > 0 ? { Prefer: `wait=${seconds}` } : {},
      timeoutMs: seconds * 1000 + LATE_MS,
      signal,
    });
    if (!joined) {
      onFrame({ type: 'joined', room, cursor: cursor ?? body.cursor, recovered: body.complete });
    } else if (!body.complete) {
      onFrame({ type: 'gap', room, after: cursor, cursor: body.cursor });
    }
    // The feed fetches what follows a gap; without a cursor the request was for new events only.
    const events = body.complete && cursor !== undefined ? body.messages : [];
    events.forEach(onFrame);
    // A held poll that ends early brings events, or something else than the service has answered.
    const isEarly = events.length === 0 && env.uptime() - askedAt < FLOOR_MS;
    const wasHeld = headers.get('Preference-Applied') !== null && !isEarly;
    const isNext = (!joined && waitS > 0) || wasHeld || (body.more && events.length > 0);
    joined = true;
    cursor = body.cursor;
    if (!isNext) {
      await pause(env, everyMs(), signal);
    }
  }
}

/**
 * @param {Env} env
 * @param {number} ms
 * @param {AbortSignal} signal ends the pause early
 * @returns {Promise<void>}
 */
function pause(env, ms, signal) {
  return new Promise((resolve) => {
    const timer = env.after(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        env.never(timer);
        resolve();
      },
      { once: true },
    );
  });
}
