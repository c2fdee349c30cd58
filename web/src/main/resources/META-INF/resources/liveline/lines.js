/**
 * A line is one way to talk with the chat service about any number of rooms. All lines speak the frames of the
 * WebSocket; those over HTTP translate. A line is used once: when it has closed, the next attempt opens another.
 *
 * @typedef {import('./browser.js').Env} Env
 * @typedef {'websocket' | 'sse' | 'longpoll'} Transport
 * @typedef {Record<string, any> & {type: string}} Frame one JSON document, either way
 *
 * @typedef {object} Line
 * @property {(frame: Frame) => void} send
 * @property {() => void} close ends it; nothing more is told
 *
 * @typedef {object} End
 * @property {'cut' | 'refused' | 'silent' | 'unsupported'} why cut: the server had spoken before; refused: it could not
 *     be reached; silent: not a word came; unsupported: it does not know this way
 * @property {number} [retryAfterMs] when trying again makes sense, where the server said
 *
 * @typedef {object} Hearer
 * @property {() => void} ready frames may be sent
 * @property {(frame: Frame) => void} frame
 * @property {(end: End) => void} closed it failed or ended
 *
 * @typedef {object} Where
 * @property {string} base absolute address of the service, without a slash at its end
 * @property {string} name who is asking
 * @property {string[]} [protocols] the token in the dress that a WebSocket can carry
 *
 * @typedef {(env: Env, where: Where, hearer: Hearer) => Line} OpenLine
 */

/** For how long a connection may take until the server's first word, ms. */
const WELCOME_MS = 6_000;
/** A heartbeat may be this late before the server counts as dead, ms. */
const LATE_MS = 10_000;

/** @type {OpenLine} the natural one: everything over one WebSocket */
export function socketLine(env, { base, name, protocols = [] }, hearer) {
  const address = `${base.replace(/^http/, 'ws')}/chat?name=${encodeURIComponent(name)}`;
  const socket = env.socket(address, ['liveline.v1', ...protocols]);
  let open = true;
  let welcomed = false;
  let heartbeatMs = 0;
  let heardAt = env.now();
  let saidAt = env.now();
  /** @type {any} */
  let timer = env.after(watch, WELCOME_MS);

  function end() {
    open = false;
    env.never(timer);
    socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** @param {'refused' | 'silent'} why unless it had been well before */
  function fail(why) {
    end();
    hearer.closed({ why: welcomed ? 'cut' : why });
  }

  // A dead server, a pulled cable and a laptop that slept look the same: silence. Only the heartbeat tells.
  function watch() {
    const silence = env.now() - heardAt;
    if (!welcomed || silence >= heartbeatMs + LATE_MS) {
      return fail('silent');
    }
    if (env.now() - saidAt >= heartbeatMs) {
      say({ type: 'heartbeat' });
    }
    timer = env.after(watch, Math.min(heartbeatMs, heartbeatMs + LATE_MS - silence));
  }

  /** @param {Frame} frame */
  function say(frame) {
    saidAt = env.now();
    socket.send(JSON.stringify(frame));
  }

  socket.onclose = () => fail('refused');
  socket.onmessage = (event) => {
    heardAt = env.now();
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
        hearer.ready();
        hearer.frame(frame);
      } else if (frame.type !== 'heartbeat') {
        hearer.frame(frame);
      } else if (env.now() - saidAt >= heartbeatMs / 2) {
        // Browsers slow the timers of a hidden page down to one a minute, which is too seldom for the server.
        say({ type: 'heartbeat' });
      }
    }
  };

  return {
    send: (frame) => open && welcomed && say(frame),
    close: () => open && end(),
  };
}
