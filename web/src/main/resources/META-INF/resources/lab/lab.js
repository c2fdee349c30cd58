import { storedToken } from '../app/bearer.js';
import { byId, element } from '../app/dom.js';
import { browser } from '../liveline/browser.js';
import { request } from '../liveline/http.js';
import { openPlainPoll, openLongPoll, openEventStream } from '../liveline/httpconnection.js';
import { openWebSocket } from '../liveline/websocketconnection.js';
import { Token, withToken } from '../liveline/token.js';
import { Carrier } from './carrier.js';
import { drawStrip } from './chart.js';
import { measured, Switches } from './network.js';
import { costOf, Stats } from './stats.js';
import { check, decide, duration } from './verdict.js';

/**
 * @typedef {import('./verdict.js').Transport} Transport
 * @typedef {{stats: Stats, carrier?: Carrier, cells: HTMLElement[], dot: HTMLElement, canvas: HTMLCanvasElement, row: HTMLElement}} Row
 */

/** The services are where the page is, one folder up. */
const AT = new URL('..', import.meta.url).href;
/** @type {Record<Transport, string>} */
const NAMES = { poll: 'Poll', longpoll: 'Long-poll', sse: 'SSE', websocket: 'WebSocket' };
/** What the sliders stand for. */
const STALE_MS = [100, 300, 1_000, 3_000, 10_000, 30_000, 60_000];
const PER_MINUTE = [2, 6, 12, 30, 60, 120, 300, 600];
const CUT_MS = 5_000;
const DRAW_MS = 250;

/** With the token of this tab, where the services want one. */
let env = browser();
const switches = new Switches();
/** @type {Map<Transport, Row>} */
const rows = new Map();
const sentAt = performance.now();
let sent = 0;
let failed = 0;
/** Why nothing is sent at all. */
let trouble = '';

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
    throw new Error('These services want a token. Give it to the chat page in this tab, and come back');
  }
  return token;
}

async function begin() {
  const { body: addresses } = await request(env, new URL('liveline.json', AT).href);
  const token = new Token(env, addresses.auth === 'jwt' ? tokenOfTab() : undefined);
  env = withToken(env, token);
  const base = new URL(addresses.chat, AT).href.replace(/\/+$/, '');
  const room = `lab-${env.id().slice(0, 10)}`;
  const where = { base, name: 'lab', protocols: await token.protocols() };
  const { body: page } = await request(env, `${base}/rooms/${room}/messages?limit=1`);
  const lines = { poll: openPlainPoll(() => slider('poll') * 1_000), longpoll: openLongPoll, sse: openEventStream, websocket: openWebSocket };
  for (const [transport, row] of rows) {
    row.carrier = new Carrier(measured(env, switches, row.stats.cost), lines[transport], where, {
      room,
      after: page.cursor,
      heard: (text) => row.stats.heard(Number(text), performance.now(), need().staleMs),
    });
  }
  sendNext(`${base}/rooms/${room}/messages?name=lab`);
}

/**
 * The one stream of events: a message with its number, posted past the switches, so that they are cut off and not it.
 *
 * @param {string} address
 */
function sendNext(address) {
  const number = ++sent;
  const at = performance.now();
  rows.forEach(({ stats }) => stats.sent(number, at));
  request(env, address, { method: 'POST', headers: { 'Idempotency-Key': env.id() }, json: { text: String(number) } }).catch(() => failed++);
  // An even beat would fall in step with the polls: waits vary as they do in life.
  setTimeout(() => sendNext(address), (60_000 / PER_MINUTE[slider('rate')]) * (0.5 + Math.random()));
}

/** @param {number} value */
const short = (value) => (value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value).toLocaleString());

function draw() {
  const now = performance.now();
  const { staleMs } = need();
  const life = { idleMinutes: slider('idle'), pollMs: slider('poll') * 1_000 };
  for (const [transport, { stats, carrier, cells, dot, canvas, row }] of rows) {
    const [p50, p95] = [stats.percentile(0.5), stats.percentile(0.95)];
    const cost = costOf(transport, stats, life, now - sentAt);
    const missing = stats.missing(now);
    const texts = [
      p50 === undefined ? '–' : duration(p50),
      p95 === undefined ? '–' : duration(p95),
      cost ? short(cost.requests) : '–',
      cost ? short(cost.bytes) : '–',
      stats.received ? `${Math.round((100 * stats.late) / stats.received)} %` : '–',
      String(missing),
    ];
    texts.forEach((text, i) => (cells[i].textContent = text));
    cells[4].classList.toggle('some', stats.late > 0);
    cells[5].classList.toggle('some', missing > 0);
    const parent = /** @type {HTMLElement} */ (dot.parentElement);
    parent.dataset.state = carrier?.state ?? 'connecting';
    parent.title = carrier?.state ?? 'connecting';
    row.title = `${stats.received.toLocaleString()} of ${sent.toLocaleString()} events are here`;
    drawStrip(canvas, stats.latencies, { p50, p95, staleMs });
  }
  byId('status', 'p').textContent = trouble || `${sent.toLocaleString()} events sent${failed ? `, ${failed} not taken` : ''}${switches.isCut ? ' · network cut' : ''}`;
  judge();
}

function judge() {
  const wanted = need();
  const verdict = decide(wanted);
  const { stats, carrier } = /** @type {Row} */ (rows.get(verdict.transport));
  say('verdict-name', NAMES[verdict.transport]);
  say('verdict-because', verdict.because);
  say('verdict-how', verdict.how);
  say('verdict-check', check(verdict, { p95: stats.percentile(0.95), state: carrier?.state ?? 'connecting', staleMs: wanted.staleMs }));
  rows.forEach(({ row }, transport) => row.classList.toggle('chosen', transport === verdict.transport));
  document.querySelectorAll('[data-rule]').forEach((rule) => rule.classList.toggle('chosen', rule.getAttribute('data-rule') === verdict.transport));
}

/**
 * Only what differs, so that a screen reader is not told the same again.
 *
 * @param {string} id
 * @param {string} text
 */
function say(id, text) {
  const node = byId(id);
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

function label() {
  const perMinute = PER_MINUTE[slider('rate')];
  say('stale-out', duration(STALE_MS[slider('stale')]));
  say('rate-out', perMinute < 60 ? `${perMinute} a minute` : `${perMinute / 60} a second`);
  say('idle-out', slider('idle') === 0 ? 'none' : `${slider('idle')} min`);
  say('poll-out', `${slider('poll')} s`);
}

byId('need', 'form').addEventListener('input', () => {
  label();
  judge();
});
byId('need', 'form').addEventListener('submit', (event) => event.preventDefault());
byId('cut', 'button').addEventListener('click', () => {
  const button = byId('cut', 'button');
  button.disabled = true;
  switches.cut();
  setTimeout(() => {
    switches.mend();
    button.disabled = false;
  }, CUT_MS);
});
byId('block', 'button').addEventListener('click', () => {
  const button = byId('block', 'button');
  switches.block(!switches.blocksSockets);
  button.setAttribute('aria-pressed', String(switches.blocksSockets));
});

/** @type {Transport[]} */ (['poll', 'longpoll', 'sse', 'websocket']).forEach(addRow);
label();
draw();
setInterval(draw, DRAW_MS);
begin().catch((error) => (trouble = `Cannot begin: ${error.message}. Reload to try again.`));
