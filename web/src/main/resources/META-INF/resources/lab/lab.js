import { storedToken } from '../app/bearer.js';
import { byId, element } from '../app/dom.js';
import { browser } from '../liveline/browser.js';
import { request } from '../liveline/http.js';
import { openPlainPoll, openLongPoll, openEventStream } from '../liveline/httpconnection.js';
import { openWebSocket } from '../liveline/websocketconnection.js';
import { protocolsOf, Token, withToken } from '../liveline/token.js';
import { RoomSubscription } from './roomsubscription.js';
import { drawStrip } from './chart.js';
import { measured, Switches } from './network.js';
import { costOf, Stats } from './stats.js';
import { check, decide, duration } from './verdict.js';

/**
 * @typedef {import('./verdict.js').Transport} Transport
 * @typedef {{stats: Stats, subscription?: RoomSubscription, cells: HTMLElement[], dot: HTMLElement, canvas:
 *     HTMLCanvasElement, row: HTMLElement}} Row
 */

/** Folder of the services, one above the page. */
const AT = new URL('..', import.meta.url).href;
/** @type {Record<Transport, string>} */
const NAMES = { poll: 'Poll', longpoll: 'Long-poll', sse: 'SSE', websocket: 'WebSocket' };
/** Values of the sliders' steps. */
const STALE_MS = [100, 300, 1_000, 3_000, 10_000, 30_000, 60_000];
const PER_MINUTE = [2, 6, 12, 30, 60, 120, 300, 600];
const CUT_MS = 5_000;
const DRAW_MS = 250;

/** Environment that sends the token of this tab, if the services require one. */
let env = browser();
const switches = new Switches();
/** @type {Map<Transport, Row>} */
const rows = new Map();
const startedAt = performance.now();
let sent = 0;
let failed = 0;
/** Error that stopped the lab. */
let failure = '';

/** @param {string} id */
const slider = (id) => Number(byId(id, 'input').value);

function need() {
  const form = new FormData(byId('need', 'form'));
  return {
    talksBack: form.get('talks') === 'yes',
    everyEvent: form.get('every') === 'yes',
    staleMs: STALE_MS[slider('stale')],
    eventsPerMinute: PER_MINUTE[slider('rate')] / (1 + slider('idle')),
  };
}

/** @param {Transport} transport */
function addRow(transport) {
  const canvas = element('canvas', { role: 'img', 'aria-label': `Latencies over ${NAMES[transport]}` });
  const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
  const title = element('th', { scope: 'row' }, dot, NAMES[transport]);
  const cells = Array.from({ length: 6 }, () => element('td', {}, '–'));
  const row = element('tr', { 'data-transport': transport }, title, element('td', { class: 'wide' }, canvas), ...cells);
  byId('rows', 'tbody').append(row);
  rows.set(transport, { stats: new Stats(), cells, dot, canvas, row });
}

function tokenOfTab() {
  const token = storedToken();
  if (token === '') {
    throw new Error('These services want a token. Open the chat page in this tab, sign in, and come back');
  }
  return token;
}

async function start() {
  const { body: addresses } = await request(env, new URL('liveline.json', AT).href);
  const token = new Token(env, addresses.auth === 'jwt' ? tokenOfTab() : undefined, () => {});
  env = withToken(env, token);
  const base = new URL(addresses.chat, AT).href.replace(/\/+$/, '');
  const room = `lab-${env.id().slice(0, 10)}`;
  const endpoint = { base, name: 'lab', protocols: protocolsOf(await token.get()) };
  const { body: page } = await request(env, `${base}/rooms/${room}/messages?limit=1`);
  const transports = {
    poll: openPlainPoll(() => slider('poll') * 1_000),
    longpoll: openLongPoll,
    sse: openEventStream,
    websocket: openWebSocket,
  };
  for (const [transport, row] of rows) {
    row.subscription = new RoomSubscription(measured(env, switches, row.stats.cost), transports[transport], endpoint, {
      room,
      after: page.cursor,
      onText: (text) => row.stats.received(Number(text), performance.now(), need().staleMs),
    });
  }
  sendNext(`${base}/rooms/${room}/messages?name=lab`);
}

/**
 * Posts the next event, a message with its number, and schedules another. The switches do not affect it.
 *
 * @param {string} address
 */
function sendNext(address) {
  const number = ++sent;
  const at = performance.now();
  rows.forEach(({ stats }) => stats.sent(number, at));
  request(env, address, {
    method: 'POST',
    headers: { 'Idempotency-Key': env.id() },
    json: { text: String(number) },
  }).catch(() => failed++);
  // Random intervals, because a fixed one would synchronize with the polls.
  setTimeout(() => sendNext(address), (60_000 / PER_MINUTE[slider('rate')]) * (0.5 + Math.random()));
}

/** @param {number} value */
const short = (value) => (value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value).toLocaleString());

function draw() {
  const now = performance.now();
  const { staleMs } = need();
  const conditions = { idleMinutes: slider('idle'), pollMs: slider('poll') * 1_000 };
  for (const [transport, { stats, subscription, cells, dot, canvas, row }] of rows) {
    const [p50, p95] = [stats.percentile(0.5), stats.percentile(0.95)];
    const cost = costOf(transport, stats, conditions, now - startedAt);
    const missing = stats.missing(now);
    const texts = [
      p50 === undefined ? '–' : duration(p50),
      p95 === undefined ? '–' : duration(p95),
      cost ? short(cost.requests) : '–',
      cost ? short(cost.bytes) : '–',
      stats.receivedCount ? `${Math.round((100 * stats.late) / stats.receivedCount)} %` : '–',
      String(missing),
    ];
    texts.forEach((text, i) => (cells[i].textContent = text));
    cells[4].classList.toggle('some', stats.late > 0);
    cells[5].classList.toggle('some', missing > 0);
    const parent = /** @type {HTMLElement} */ (dot.parentElement);
    parent.dataset.state = subscription?.state ?? 'connecting';
    parent.title = subscription?.state ?? 'connecting';
    row.title = `${stats.receivedCount.toLocaleString()} of ${sent.toLocaleString()} events are here`;
    drawStrip(canvas, stats.latencies, { p50, p95, staleMs });
  }
  const rejected = failed ? `, ${failed} rejected` : '';
  const cut = switches.isCut ? ' · network cut' : '';
  byId('status', 'p').textContent = failure || `${sent.toLocaleString()} events sent${rejected}${cut}`;
  showVerdict();
}

function showVerdict() {
  const wanted = need();
  const verdict = decide(wanted);
  const { stats, subscription } = /** @type {Row} */ (rows.get(verdict.transport));
  setText('verdict-name', NAMES[verdict.transport]);
  setText('verdict-because', verdict.because);
  setText('verdict-how', verdict.how);
  setText(
    'verdict-check',
    check(verdict, {
      p95: stats.percentile(0.95),
      state: subscription?.state ?? 'connecting',
      staleMs: wanted.staleMs,
    }),
  );
  rows.forEach(({ row }, transport) => row.classList.toggle('chosen', transport === verdict.transport));
  document
    .querySelectorAll('[data-rule]')
    .forEach((rule) => rule.classList.toggle('chosen', rule.getAttribute('data-rule') === verdict.transport));
}

/**
 * Sets a text only if it differs, so that a screen reader does not repeat it.
 *
 * @param {string} id
 * @param {string} text
 */
function setText(id, text) {
  const node = byId(id);
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function showSliders() {
  const perMinute = PER_MINUTE[slider('rate')];
  setText('stale-out', duration(STALE_MS[slider('stale')]));
  setText('rate-out', perMinute < 60 ? `${perMinute} a minute` : `${perMinute / 60} a second`);
  setText('idle-out', slider('idle') === 0 ? 'none' : `${slider('idle')} min`);
  setText('poll-out', `${slider('poll')} s`);
}

byId('need', 'form').addEventListener('input', () => {
  showSliders();
  showVerdict();
});
byId('need', 'form').addEventListener('submit', (event) => event.preventDefault());
byId('cut', 'button').addEventListener('click', () => {
  const button = byId('cut', 'button');
  button.disabled = true;
  switches.cut();
  setTimeout(() => {
    switches.restore();
    button.disabled = false;
  }, CUT_MS);
});
byId('block', 'button').addEventListener('click', () => {
  const button = byId('block', 'button');
  switches.block(!switches.blocksSockets);
  button.setAttribute('aria-pressed', String(switches.blocksSockets));
});

/** @type {Transport[]} */ (['poll', 'longpoll', 'sse', 'websocket']).forEach(addRow);
showSliders();
draw();
setInterval(draw, DRAW_MS);
start().catch((error) => (failure = `Cannot start: ${error.message}. Reload the page to try again.`));
