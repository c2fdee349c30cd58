/**
 * The decision rule of docs/choosing.md.
 *
 * @typedef {'poll' | 'longpoll' | 'sse' | 'websocket'} Transport
 *
 * @typedef {object} Need
 * @property {boolean} talksBack the client says something more often than about once a second, or must be answered at once
 * @property {boolean} everyEvent every event must arrive; else only the newest matters
 * @property {number} staleMs how old what is shown may be
 * @property {number} eventsPerMinute on average, silence included
 *
 * @typedef {{transport: Transport, because: string, how: string}} Verdict
 */

/** With this much time, asking now and then is enough, ms. */
const POLL_FROM_MS = 10_000;
/** Up to this many events a minute an answer for each costs no more than a stream is worth. */
const LONGPOLL_UP_TO = 6;

/**
 * The simplest transport that fits.
 *
 * @param {Need} need
 * @returns {Verdict}
 */
export function decide({ talksBack, everyEvent, staleMs, eventsPerMinute }) {
  const how = everyEvent
    ? 'Read from a log with a cursor: then no transport loses anything, and a break costs only time.'
    : 'Send the newest state, not each change: then a slow client gets fewer updates, and never a queue.';
  if (talksBack) {
    return { transport: 'websocket', how, because: 'The client talks back often: only a WebSocket carries both ways without a request for each word.' };
  }
  if (staleMs >= POLL_FROM_MS) {
    return { transport: 'poll', how, because: `What is shown may be ${staleMs / 1000} s old: asking every ${staleMs / 2000} s is enough, and nothing is simpler to run.` };
  }
  if (eventsPerMinute <= LONGPOLL_UP_TO) {
    return { transport: 'longpoll', how, because: 'Something happens seldom, but should be seen at once: a held request answers when it does, and works through anything.' };
  }
  return { transport: 'sse', how, because: 'The server talks and the client listens: one response that goes on carries it all, and the browser reconnects by itself.' };
}

/**
 * Whether the transport kept what the rule promises for it, here and now.
 *
 * @param {Verdict} verdict
 * @param {{p95: number | undefined, state: string, staleMs: number}} measured
 * @returns {string}
 */
export function check({ transport }, { p95, state, staleMs }) {
  if (state === 'unsupported') {
    return 'This server does not offer it here.';
  }
  if (state !== 'live') {
    return transport === 'websocket'
      ? 'It does not get through here now. The client library goes down to SSE and POST by itself, and back up later.'
      : 'It does not get through here now; it goes on from its cursor when it does.';
  }
  if (p95 === undefined) {
    return 'Nothing measured yet.';
  }
  return p95 <= staleMs
    ? `Measured here: 95 of 100 events came within ${duration(p95)}; ${duration(staleMs)} are allowed.`
    : `Measured here: 95 of 100 events took up to ${duration(p95)}, more than the ${duration(staleMs)} that are allowed; ${transport === 'poll' ? 'ask more often.' : 'something on the way holds them back.'}`;
}

/** @param {number} ms */
export function duration(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 && ms % 1_000 >= 50 ? 1 : 0)} s`;
}
