import { byId, drawing, element } from './dom.js';
import { RateChart } from './ratechart.js';
import { draw } from './sparkline.js';
import { number } from './words.js';

/** @typedef {import('../liveline.js').Counters} Counters */

const SPAN_MS = 5 * 60_000;
const RATE = 'chat.messages_per_minute';
const SHOWN = [
  ['chat.messages', 'Messages in all'],
  ['chat.rooms_active', 'Rooms in use'],
  ['presence.online', 'People online'],
  ['presence.typing', 'People typing'],
];

/** @typedef {{draw: (points: [number, number][], span: {from: number, to: number, zero?: boolean}) => void}} Chart */

/** View of some counters and of their last minutes. */
export class Activity {
  #counters;
  /** @type {Map<string, {value: HTMLElement, chart: Chart, points: [number, number][]}>} */ #rows = new Map();

  /** @param {Counters} counters */
  constructor(counters) {
    this.#counters = counters;
    this.#rows.set(RATE, { value: byId('rate', 'strong'), chart: new RateChart(byId('rate-chart')), points: [] });
    byId('counters', 'dl').replaceChildren(...SHOWN.map(([name, title]) => this.#row(name, title)));
    counters.on('change', ({ changed }) => this.#onChange(changed));
    setInterval(() => this.#draw(), 1_000);
    this.#rows.forEach((_, name) => this.#loadHistory(name));
  }

  /**
   * @param {string} name
   * @param {string} title
   */
  #row(name, title) {
    const svg = /** @type {SVGSVGElement} */ (drawing('svg', { class: 'chart', 'aria-hidden': 'true' }));
    const value = element('dd', { 'data-counter': name }, '–');
    /** @type {Chart} */
    const chart = { draw: (points, span) => draw(svg, points, span) };
    this.#rows.set(name, { value, chart, points: [] });
    return element('div', {}, element('dt', {}, title), svg, value);
  }

  /** @param {string} name */
  async #loadHistory(name) {
    const row = this.#rows.get(name);
    try {
      const points = await this.#counters.history(name);
      if (row) {
        row.points = [...points, ...row.points.filter(([ms]) => ms > (points.at(-1)?.[0] ?? 0))];
        this.#draw();
      }
    } catch {
      // A counter without values has no history: its chart starts now.
    }
  }

  /** @param {Record<string, number>} changed */
  #onChange(changed) {
    const now = Date.now();
    for (const [name, value] of Object.entries(changed)) {
      const row = this.#rows.get(name);
      if (row) {
        row.points.push([now, value]);
        const text = number(value);
        if (row.value.textContent !== text) {
          row.value.textContent = text;
          flash(row.value);
        }
        if (name === RATE) {
          byId('rate-unit', 'span').textContent = value === 1 ? 'message a minute' : 'messages a minute';
        }
      }
    }
    this.#draw();
  }

  #draw() {
    const to = Date.now();
    const from = to - SPAN_MS;
    for (const [name, row] of this.#rows) {
      const old = row.points.findLastIndex(([ms]) => ms <= from);
      if (old > 0) {
        row.points.splice(0, old);
      }
      row.chart.draw(row.points, { from, to, zero: name !== 'chat.messages' });
    }
  }
}

/** @param {HTMLElement} node */
function flash(node) {
  node.classList.remove('flash');
  requestAnimationFrame(() => node.classList.add('flash'));
}
