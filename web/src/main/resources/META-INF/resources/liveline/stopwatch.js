/**
 * Stopwatch that also counts the sleep of the computer, for limits that must not be exceeded. `performance.now()` stops
 * during sleep in some browsers, and the clock of `Date.now()` can be set. The stopwatch reads both and returns the
 * longer time: a clock that is set back does not shorten it, and one that is set forward only ends a wait early.
 */
export class Stopwatch {
  #env;
  #startUptime = 0;
  #startTime = 0;

  /** @param {import('./browser.js').Env} env */
  constructor(env) {
    this.#env = env;
    this.restart();
  }

  restart() {
    this.#startUptime = this.#env.uptime();
    this.#startTime = this.#env.now();
  }

  /** Returns the time since the start, ms. */
  get ms() {
    return Math.max(this.#env.uptime() - this.#startUptime, this.#env.now() - this.#startTime);
  }
}
