import { withQuery } from './http.js';

/**
 * @typedef {import('./transportconnection.js').Frame} Frame
 * @typedef {import('./transportconnection.js').OpenConnection} OpenConnection
 */

/** Longest time from opening the socket to the first frame, ms. */
const WELCOME_MS = 6_000;
/** Delay of a heartbeat after which the server counts as dead, ms. */
const LATE_MS = 10_000;
/** Close code of a connection whose token has expired. */
const EXPIRED = 3401;

/** @type {OpenConnection} opens a connection over one WebSocket */
export function openWebSocket(env, { base, name, protocols = [] }, listener) {
  const address = withQuery(`${base.replace(/^http/, 'ws')}/chat`, { name });
  if (env.socket === undefined) {
    // Deferred, because the caller needs the connection before its listener is called.
    let open = true;
    queueMicrotask(() => open && listener.closed({ why: 'unsupported' }));
    return { send: () => {}, close: () => void (open = false) };
  }
  const socket = env.socket(address, ['liveline.v1', ...protocols]);
  let open = true;
  let welcomed = false;
  let heartbeatMs = 0;
  let receivedAt = env.uptime();
  let sentAt = env.uptime();
  /** @type {any} */
  let timer = env.after(watch, WELCOME_MS);

  function end() {
    open = false;
    env.never(timer);
    socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** @param {'refused' | 'silent' | 'expired'} why reason, if the server had not sent anything or the token expired */
  function fail(why) {
    end();
    listener.closed({ why: welcomed && why !== 'expired' ? 'cut' : why });
  }

  // A dead server, an unplugged cable and a laptop after sleep all look like silence. Only the heartbeat detects them.
  function watch() {
    const silence = env.uptime() - receivedAt;
    if (!welcomed || silence >= heartbeatMs + LATE_MS) {
      return fail('silent');
    }
    if (env.uptime() - sentAt >= heartbeatMs) {
      send({ type: 'heartbeat' });
    }
    timer = env.after(watch, Math.min(heartbeatMs, heartbeatMs + LATE_MS - silence));
  }

  /** @param {Frame} frame */
  function send(frame) {
    sentAt = env.uptime();
    socket.send(JSON.stringify(frame));
  }

  socket.onclose = (event) => fail(event?.code === EXPIRED ? 'expired' : 'refused');
  socket.onmessage = (event) => {
    receivedAt = env.uptime();
    for (const text of String(event.data).split('\n')) {
      if (text.trim() === '' || !open) {
        continue;
      }
      /** @type {Frame} */
      const frame = JSON.parse(text);
      if (frame.type === 'welcome') {
        welcomed = true;
        heartbeatMs = frame.heartbeat_ms;
        env.never(timer);
        timer = env.after(watch, heartbeatMs);
        listener.ready();
        listener.frame(frame);
      } else if (frame.type !== 'heartbeat') {
        listener.frame(frame);
      } else if (env.uptime() - sentAt >= heartbeatMs / 2) {
        // Browsers run the timers of a hidden page once a minute, which is too seldom for the server.
        send({ type: 'heartbeat' });
      }
    }
  };

  return {
    send: (frame) => open && welcomed && send(frame),
    close: () => open && end(),
  };
}
