import { drawing } from './dom.js';

/** Size of the drawing in its own units. The style sheet sets the size on the page. */
const WIDTH = 100;
const HEIGHT = 32;

/**
 * Draws a value over time.
 *
 * @param {SVGSVGElement} svg
 * @param {[ms: number, value: number][]} points points in order of time
 * @param {{from: number, to: number, zero?: boolean}} span range to draw, ms; zero: whether the axis starts at zero
 */
export function draw(svg, points, { from, to, zero = false }) {
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const first = points.findLastIndex(([ms]) => ms <= from);
  const shown = points.slice(Math.max(first, 0));
  if (shown.length === 0) {
    svg.replaceChildren();
    return;
  }
  const values = shown.map(([, value]) => value);
  const low = zero ? 0 : Math.min(...values);
  const high = Math.max(...values, low + 1);
  /** @param {number} ms */
  const x = (ms) => (Math.max(0, (ms - from) / (to - from)) * WIDTH).toFixed(2);
  /** @param {number} value */
  const y = (value) => (HEIGHT - 1.5 - ((value - low) / (high - low)) * (HEIGHT - 3)).toFixed(2);
  // A value holds until the next one, so two points are connected by a step.
  const steps = shown.slice(1).map(([ms, value]) => `H${x(ms)}V${y(value)}`);
  const curve = `M${x(shown[0][0])} ${y(shown[0][1])}${steps.join('')}H${WIDTH}`;
  const area = `${curve}V${HEIGHT}H${x(shown[0][0])}Z`;
  svg.replaceChildren(drawing('path', { class: 'area', d: area }), drawing('path', { class: 'curve', d: curve }));
}
