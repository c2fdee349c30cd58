import { byId, drawing } from './dom.js';
import { draw } from './sparkline.js';
import { clock, number } from './words.js';

const HEIGHT = 76;

/**
 * Chart of one value over the last minutes. It shows time and value under the pointer, or is a plain curve if the chart
 * library fails.
 */
export class RateChart {
  /** @type {any} */ #chart;
  /** @type {SVGSVGElement | undefined} */ #curve;
  #host;

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#host = host;
    this.#load();
  }

  async #load() {
    try {
      // Loaded apart from the page: it throws where the browser has no locale, for example.
      // @ts-ignore: the build unpacks it from its WebJar
      const { default: uPlot } = await import('../vendor/uplot/uPlot.esm.js');
      this.#chart = new uPlot(this.#options(uPlot), [[], []], this.#host);
    } catch (error) {
      console.warn('The chart library failed, so the chart is a plain curve', error);
      this.#curve = /** @type {SVGSVGElement} */ (drawing('svg', { class: 'chart', height: String(HEIGHT) }));
      this.#host.replaceChildren(this.#curve);
      return;
    }
    new ResizeObserver(() => this.#chart.setSize({ width: this.#host.clientWidth, height: HEIGHT })).observe(
      this.#host,
    );
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#chart.redraw());
  }

  /**
   * @param {[ms: number, value: number][]} points points in order of time
   * @param {{from: number, to: number}} span ms
   */
  draw(points, { from, to }) {
    if (!this.#chart) {
      return this.#curve && draw(this.#curve, points, { from, to, zero: true });
    }
    const shown = points.filter(([ms]) => ms >= from);
    const before = points.findLast(([ms]) => ms < from);
    // A value holds until the next one, so the first starts at the left edge and the last reaches the right edge.
    const all = [
      ...(before ? [[from, before[1]]] : []),
      ...shown,
      ...(points.length > 0 ? [[to, points[points.length - 1][1]]] : []),
    ];
    this.#chart.setData([all.map(([ms]) => ms / 1000), all.map(([, value]) => value)], false);
    this.#chart.setScale('x', { min: from / 1000, max: to / 1000 });
    const most = Math.max(4, ...all.map(([, value]) => value));
    this.#chart.setScale('y', { min: 0, max: most * 1.08 });
  }

  /** @param {any} uPlot */
  #options(uPlot) {
    const accent = () => getComputedStyle(this.#host).color;
    return {
      width: Math.max(this.#host.clientWidth, 1),
      height: HEIGHT,
      padding: [4, 0, 0, 0],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: true, auto: false }, y: { auto: false } },
      cursor: { y: false, drag: { setScale: false }, points: { size: 7 } },
      series: [
        {},
        {
          stroke: accent,
          width: 1.8,
          fill: () => accent().replace('rgb(', 'rgba(').replace(')', ', 0.12)'),
          paths: uPlot.paths.stepped({ align: 1 }),
          points: { show: false },
        },
      ],
      hooks: { setCursor: [(/** @type {any} */ chart) => this.#point(chart)] },
    };
  }

  /** @param {any} chart */
  #point({ cursor, data }) {
    const note = byId('rate-note', 'span');
    const value = cursor.idx === null || cursor.idx === undefined ? undefined : data[1][cursor.idx];
    note.textContent = value === undefined ? '5 min ago' : `${clock(data[0][cursor.idx] * 1000)}: ${number(value)}`;
  }
}
