/**
 * Decision rule of docs/choosing.md.
 *
 * @typedef {'poll' | 'longpoll' | 'sse' | 'websocket'} Transport
 *
 * @typedef {object} Need
 * @property {boolean} talksBack whether the client sends about once a second or more, or needs an answer at once
 * @property {boolean} everyEvent whether every event must arrive, or only the newest matters
 * @property {number} staleMs maximum age of the shown data, ms
 * @property {number} eventsPerMinute average rate, idle time included
 *
 * @typedef {{transport: Transport, because: string, how: string}} Verdict
 */

/** Maximum age from which polls are enough, ms. */
const POLL_FROM_MS = 10_000;
/** Rate up to which a response for each event costs less than a stream. */
const LONGPOLL_UP_TO = 6;

/**
 * Returns the simplest transport that fits.
 *
 * @param {Need} need
 * @returns {Verdict}
 */
export function decide({ talksBack, everyEvent, staleMs, eventsPerMinute }) {
  const how = everyEvent
    ? 'Read from a log with a cursor: no transport loses an event, and a reconnect costs only time.'
    : 'Send the newest state, not each change: a slow client gets fewer updates and never builds up a queue.';
  if (talksBack) {
    return {
      transport: 'websocket',
      how,
      because: 'The client sends often: only a WebSocket carries both directions without a request for each message.',
    };
  }
  if (staleMs >= POLL_FROM_MS) {
    return {
      transport: 'poll',
      how,
      because: `The data may be ${staleMs / 1000} s old: a poll every ${staleMs / 2000} s is enough and simple.`,
    };
  }
  if (eventsPerMinute <= LONGPOLL_UP_TO) {
    return {
      transport: 'longpoll',
      how,
      because:
        'Events are rare but must show at once: the server holds a request until then, which works anywhere.',
    };
  }
  return {
    transport: 'sse',
    how,
    because: 'Only the server sends: one open response carries all events, and the browser reconnects by itself.',
  };
}

/**
 * Tells whether the measured transport keeps the promise of the rule.
 *
 * @param {Verdict} verdict
 * @param {{p95: number | undefined, state: string, staleMs: number}} measured
 * @returns {string}
 */
export function check({ transport }, { p95, state, staleMs }) {
  if (state === 'unsupported') {
    return 'This server does not support it.';
  }
  if (state !== 'live') {
    return transport === 'websocket'
      ? 'It does not get through now. The client library falls back to SSE and POST by itself, and returns later.'
      : 'It does not get through now. It resumes at its cursor when it does.';
  }
  if (p95 === undefined) {
    return 'Nothing measured yet.';
  }
  if (p95 <= staleMs) {
    return `Measured here: 95 of 100 events arrived within ${duration(p95)}; ${duration(staleMs)} is allowed.`;
  }
  const advice = transport === 'poll' ? 'Poll more often.' : 'Something on the network delays them.';
  const allowed = `more than the allowed ${duration(staleMs)}`;
  return `Measured here: 95 of 100 events took up to ${duration(p95)}, ${allowed}. ${advice}`;
}

/** @param {number} ms */
export function duration(ms) {
  return ms < 10
    ? `${ms.toFixed(1)} ms`
    : ms < 1_000
      ? `${Math.round(ms)} ms`
      : `${(ms / 1_000).toFixed(ms < 10_000 && ms % 1_000 >= 50 ? 1 : 0)} s`;
}
