import { byId, element } from './dom.js';
import { number } from './words.js';

const STATES = {
  live: 'Live',
  connecting: 'Connecting…',
  'catching-up': 'Catching up…',
  degraded: 'Degraded: messages may be late',
  offline: 'Offline, trying again…',
  refused: 'Refused',
  left: 'Left',
  closed: 'Closed',
};
/** @typedef {keyof typeof STATES} State */

/** @type {Record<string, [name: string, counter: string]>} */
const TRANSPORTS = {
  websocket: ['WebSocket', 'connections.websocket'],
  sse: ['SSE', 'connections.sse'],
  longpoll: ['long-poll', 'connections.longpoll'],
};

const FEATURES = /** @type {const} */ ([
  ['chat', 'Chat', 'websocket'],
  ['counters', 'Counters', 'sse'],
  ['presence', 'People', 'longpoll'],
]);

/** View of the transport and the state of each feature's connection. */
export class Connections {
  /** @type {Record<string, number>} */ #values = {};
  #state = byId('state', 'p');
  #text = byId('state-text', 'span');
  /** @type {Map<string, HTMLElement>} */ #rows = new Map();
  /** @type {Map<string, HTMLElement>} */ #transports = new Map();

  constructor() {
    byId('lines', 'dl').replaceChildren(...FEATURES.map(([key, title, transport]) => this.#row(key, title, transport)));
  }

  /**
   * @param {'chat' | 'counters' | 'presence'} feature
   * @param {State} state
   * @param {string} [transport]
   */
  show(feature, state, transport) {
    const row = this.#rows.get(feature);
    if (row) {
      row.dataset.state = state;
      row.title = STATES[state];
    }
    const name = this.#transports.get(feature);
    if (name && transport) {
      name.dataset.transport = transport;
    }
    if (feature === 'chat') {
      this.#state.dataset.state = state;
      this.#text.textContent = STATES[state];
    }
    this.#update(feature, state);
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
   * @param {string} feature
   * @param {State} state
   */
  #update(feature, state) {
    const label = this.#rows.get(feature)?.lastElementChild;
    if (label) {
      label.textContent = `: ${STATES[state]}`;
    }
    const node = this.#transports.get(feature);
    if (node) {
      this.#label(node);
    }
  }
}
