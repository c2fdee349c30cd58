/** Logarithmic axis from 0.5 ms to 30 s. */
const LOW = 0.5;
const HIGH = 30_000;
const TICKS = [1, 10, 100, 1_000, 10_000];

/**
 * Draws the latencies of the latest events as dots. Newer dots are darker.
 *
 * @param {HTMLCanvasElement} canvas canvas whose CSS colour is the colour of the dots
 * @param {number[]} latencies latencies in order of arrival, ms
 * @param {{p50?: number, p95?: number, staleMs: number}} marks
 */
export function drawStrip(canvas, latencies, { p50, p95, staleMs }) {
  const scale = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const style = getComputedStyle(canvas);
  const line = style.getPropertyValue('--line');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  /** @param {number} ms */
  const x = (ms) => (Math.log(Math.min(Math.max(ms, LOW), HIGH) / LOW) / Math.log(HIGH / LOW)) * (width - 8) + 4;
  pen.fillStyle = line;
  TICKS.forEach((ms) => pen.fillRect(Math.round(x(ms)), 0, 1, height));
  pen.fillStyle = style.getPropertyValue('--late');
  pen.fillRect(x(staleMs), 0, width - x(staleMs), height);
  pen.fillStyle = style.color;
  latencies.forEach((ms, i) => {
    pen.globalAlpha = 0.12 + (0.6 * (i + 1)) / latencies.length;
    // A fixed pattern spreads the dots, so that they do not jump from one frame to the next.
    const spread = ((i * 0.618034) % 1) - 0.5;
    pen.beginPath();
    pen.arc(x(ms), height / 2 + spread * (height - 14), 2.6, 0, 7);
    pen.fill();
  });
  pen.globalAlpha = 1;
  mark(pen, x, height, p50, 3);
  mark(pen, x, height, p95, 1.5);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {(ms: number) => number} x
 * @param {number} height
 * @param {number | undefined} ms
 * @param {number} width
 */
function mark(pen, x, height, ms, width) {
  if (ms !== undefined) {
    pen.fillRect(x(ms) - width / 2, 2, width, height - 4);
  }
}
