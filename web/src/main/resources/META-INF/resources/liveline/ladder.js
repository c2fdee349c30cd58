/**
 * The ways to the chat service, best first. Where one is blocked, the next is taken: each speaks of the same log with
 * the same cursors, so nothing is lost or repeated on the way down or up.
 *
 * @typedef {import('./lines.js').Transport} Transport
 * @typedef {import('./lines.js').End} End
 */

/** @type {Transport[]} */
const RUNGS = ['websocket', 'sse', 'longpoll'];

/** A line that lasted this long was a good one, ms. */
export const STABLE_MS = 10_000;

/** How much must have gone wrong before another way is tried: one bad moment says nothing about a whole way. */
const ENOUGH = { websocket: 3, sse: 2, longpoll: 2 };

/** Which way to take, by how the lines so far have ended. */
export class Ladder {
  #rung = 0;
  #strikes = 0;

  /** @returns {Transport} the way to take now */
  get way() {
    return RUNGS[this.#rung];
  }

  /** Whether there is a better way than the one taken now. */
  get isBelowTop() {
    return this.#rung > 0;
  }

  /**
   * A line of this way has ended, or could not be had.
   *
   * @param {End['why']} why
   * @param {number} lastedMs since the server's first word on it
   * @returns {boolean} whether another way is to be taken, at once
   */
  ended(why, lastedMs) {
    if (why === 'cut' && lastedMs >= STABLE_MS) {
      this.#strikes = 0;
      return false;
    }
    // Silence is how a proxy that swallows things looks, and waiting for it takes long: it weighs more.
    this.#strikes += why === 'silent' ? 2 : 1;
    if (why !== 'unsupported' && this.#strikes < ENOUGH[this.way]) {
      return false;
    }
    this.#strikes = 0;
    // Nothing answers, not even over plain HTTP: the server is away, and no way is worse than another.
    const isOutage = this.isBelowTop && why === 'refused';
    this.#rung = isOutage ? 0 : (this.#rung + 1) % RUNGS.length;
    return this.isBelowTop;
  }

  /** The best way is open (again), or everything is different now: begin at the top. */
  top() {
    this.#rung = 0;
    this.#strikes = 0;
  }
}
