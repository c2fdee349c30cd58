import { request } from './http.js';
import { Slots } from './slots.js';
import { Speaker } from './speaker.js';
import { readStream } from './sse.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./lines.js').Frame} Frame
 * @typedef {import('./lines.js').OpenLine} OpenLine
 *
 * @typedef {object} Follow how one room is followed
 * @property {Env} env
 * @property {string} room
 * @property {string | undefined} after
 * @property {string} address of the room's messages, with a query
 * @property {AbortSignal} signal
 * @property {(frame: Frame) => void} tell
 */

/** How often the server gives a sign of life, until it has said, ms. */
const HEARTBEAT_MS = 25_000;
/** The first event comes at once; a proxy that collects the answer before it passes it on shows by this, ms. */
const FIRST_MS = 8_000;
/** For how long the server may hold a poll, seconds. */
const WAIT_S = 25;
/** An answer or a sign of life may come this much later before the connection counts as dead, ms. */
const LATE_MS = 10_000;
/** Between polls where nothing is held, ms. */
const POLL_MS = 3_000;
/** How many events are asked for at once. */
const LIMIT = 200;
/** For what holds no connection. */
const NO_SLOTS = { take: async () => () => {} };
/** The server, or something before it, does not know this way of asking. */
const UNSUPPORTED = new Set([404, 405, 406, 501]);

/** @type {OpenLine} events come by SSE, one stream a room; what is said goes by POST */
export const streamLine = (env, where, hearer) => httpLine(env, where, hearer, followStream);

/** @type {OpenLine} events come by long-poll; what is said goes by POST */
export const pollLine = (env, where, hearer) => httpLine(env, where, hearer, (follow) => followPolls(follow, WAIT_S));

/**
 * Events are asked for now and then. No rung of the ladder, since long-poll goes through wherever this does; it is here
 * to be compared with.
 *
 * @param {() => number} everyMs
 * @returns {OpenLine}
 */
export const plainPollLine = (everyMs) => (env, where, hearer) =>
  httpLine(env, where, hearer, (follow) => followPolls(follow, 0, everyMs), NO_SLOTS);

/**
 * @param {Env} env
 * @param {import('./lines.js').Where} where
 * @param {import('./lines.js').Hearer} hearer
 * @param {(follow: Follow) => Promise<void>} hold follows a room over a connection of its own
 * @param {Pick<Slots, 'take'>} [slots] where it gets that from
 * @returns {import('./lines.js').Line}
 */
function httpLine(env, { base, name }, hearer, hold, slots = new Slots(env, base)) {
  let open = true;
  /** @type {Map<string, AbortController>} */
  const rooms = new Map();
  const speaker = new Speaker(env, address, tell);

  /**
   * @param {string} room
   * @param {string} path
   */
  function address(room, path) {
    return `${base}/rooms/${encodeURIComponent(room)}/messages${path}?name=${encodeURIComponent(name)}`;
  }

  /** @param {Frame} frame */
  function tell(frame) {
    if (open) {
      hearer.frame(frame);
    }
  }

  function close() {
    open = false;
    speaker.close();
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
    const follow = { env, room, after, address: address(room, ''), signal: abort.signal, tell };
    const release = await slots.take();
    try {
      await (release ? hold(follow) : followPolls(follow, 0));
      // The server has ended it, which it does when it goes down.
      if (open && !abort.signal.aborted) {
        close();
        hearer.closed({ why: 'cut' });
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
      // It is about this room; the others go on.
      rooms.delete(room);
      tell({ type: 'error', room, code: error.code, detail: error.message, status: error.status });
      return;
    }
    close();
    const why = isUnsupported ? 'unsupported' : error.code === 'timeout' ? 'silent' : 'refused';
    hearer.closed({ why, retryAfterMs: error.retryAfterMs });
  }

  // There is nothing to wait for. Not at once: whoever opens a line wants to hold it first.
  queueMicrotask(() => open && hearer.ready());

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
          return speaker.say(frame);
      }
    },
    close,
  };
}

/**
 * The server ends a stream with the token that it was opened with. It goes on where it was, with the token that there is by
 * then; only one that the server does not take either is an error.
 *
 * @param {Follow} follow
 */
async function followStream({ env, room, after, address, signal, tell }) {
  let heartbeatMs = HEARTBEAT_MS;
  let cursor = after;
  let expired;
  do {
    expired = false;
    await readStream(env, `${address}${cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`}`, {
      signal,
      firstMs: FIRST_MS,
      silenceMs: () => heartbeatMs + LATE_MS,
      tell: (event) => {
        const frame = JSON.parse(event.data);
        expired = frame.type === 'error' && frame.code === 'token_expired';
        if (!expired) {
          heartbeatMs = frame.heartbeat_ms ?? heartbeatMs;
          cursor = event.id || cursor;
          tell({ room, ...frame });
        }
      },
    });
  } while (expired && !signal.aborted);
}

/**
 * @param {Follow} follow
 * @param {number} waitS for how long the server may hold a request; 0: it answers at once, and is asked now and then
 * @param {() => number} [everyMs] how often that is
 */
async function followPolls({ env, room, after, address, signal, tell }, waitS, everyMs = () => POLL_MS) {
  let cursor = after;
  let joined = false;
  while (!signal.aborted) {
    // The first answer is wanted at once: it says that we are in.
    const seconds = joined ? waitS : 0;
    const { body, headers } = await request(env, `${address}&limit=${LIMIT}${cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`}`, {
      headers: seconds > 0 ? { Prefer: `wait=${seconds}` } : {},
      timeoutMs: seconds * 1000 + LATE_MS,
      signal,
    });
    if (!joined) {
      tell({ type: 'joined', room, cursor: cursor ?? body.cursor, recovered: body.complete });
    } else if (!body.complete) {
      tell({ type: 'gap', room, after: cursor, cursor: body.cursor });
    }
    // What comes behind a hole is fetched by whoever fills it; without a cursor only what is new was asked for.
    if (body.complete && cursor !== undefined) {
      body.messages.forEach(tell);
    }
    const wasHeld = headers.get('Preference-Applied') !== null || (!joined && waitS > 0);
    joined = true;
    cursor = body.cursor;
    if (!wasHeld && !body.more) {
      await pause(env, everyMs(), signal);
    }
  }
}

/**
 * @param {Env} env
 * @param {number} ms
 * @param {AbortSignal} signal cuts it short
 * @returns {Promise<void>}
 */
function pause(env, ms, signal) {
  return new Promise((resolve) => {
    const timer = env.after(resolve, ms);
    signal.addEventListener('abort', () => {
      env.never(timer);
      resolve();
    }, { once: true });
  });
}
