import { byId, element } from './dom.js';
import { number } from './words.js';

const STATES = {
  live: 'Live',
  connecting: 'Connecting…',
  'catching-up': 'Catching up…',
  degraded: 'Degraded: messages may be late',
  offline: 'Offline, trying again…',
};
/** @typedef {keyof typeof STATES} State */

/** @type {Record<string, [name: string, counter: string]>} */
const TRANSPORTS = {
  websocket: ['WebSocket', 'connections.websocket'],
  sse: ['SSE', 'connections.sse'],
  longpoll: ['long-poll', 'connections.longpoll'],
};

const LINES = /** @type {const} */ ([
  ['chat', 'Chat', 'websocket'],
  ['counters', 'Counters', 'sse'],
  ['presence', 'People', 'longpoll'],
]);

/** How the three features reach their services, and whether they do. */
export class Connections {
  /** @type {Record<string, number>} */ #values = {};
  #state = byId('state', 'p');
  #text = byId('state-text', 'span');
  /** @type {Map<string, HTMLElement>} */ #rows = new Map();
  /** @type {Map<string, HTMLElement>} */ #transports = new Map();

  constructor() {
    byId('lines', 'dl').replaceChildren(...LINES.map(([key, title, transport]) => this.#row(key, title, transport)));
  }

  /**
   * @param {'chat' | 'counters' | 'presence'} line
   * @param {State} state
   * @param {string} [transport]
   */
  show(line, state, transport) {
    const row = this.#rows.get(line);
    if (row) {
      row.dataset.state = state;
      row.title = STATES[state];
    }
    const name = this.#transports.get(line);
    if (name && transport) {
      name.dataset.transport = transport;
    }
    if (line === 'chat') {
      this.#state.dataset.state = state;
      this.#text.textContent = STATES[state];
    }
    this.#say(line, state);
  }

  /** @param {Record<string, number>} values of all counters */
  count(values) {
    this.#values = values;
    this.#transports.forEach((node) => this.#label(node));
  }

  /**
   * @param {string} key
   * @param {string} title
   * @param {string} transport
   */
  #row(key, title, transport) {
    const term = element('dt', { 'data-line': key, 'data-state': 'connecting' });
    term.append(element('span', { class: 'dot', 'aria-hidden': 'true' }), title, element('span', { class: 'unseen' }));
    const detail = element('dd', { 'data-transport': transport });
    this.#rows.set(key, term);
    this.#transports.set(key, detail);
    this.#label(detail);
    return element('div', {}, term, detail);
  }

  /** @param {HTMLElement} node */
  #label(node) {
    const [name, counter] = TRANSPORTS[String(node.dataset.transport)];
    node.textContent = counter in this.#values ? `${name} · ${number(this.#values[counter])} open` : name;
  }

  /**
   * @param {string} line
   * @param {State} state
   */
  #say(line, state) {
    const words = this.#rows.get(line)?.lastElementChild;
    if (words) {
      words.textContent = `: ${STATES[state]}`;
    }
    const node = this.#transports.get(line);
    if (node) {
      this.#label(node);
    }
  }
}
