/** Shortest wait, ms: whatever fails at once is not repeated in a loop. */
const FLOOR_MS = 100;

/**
 * Exponential backoff with full jitter, so that the clients of a failed server do not all reconnect at the same moment.
 */
export class Backoff {
  #random;
  #first;
  #longest;
  #attempts = 0;

  /**
   * @param {() => number} random random number, at least 0 and below 1
   * @param {number} [first] upper bound of the first wait, ms
   * @param {number} [longest] upper bound of each wait, ms
   */
  constructor(random, first = 500, longest = 15_000) {
    this.#random = random;
    this.#first = first;
    this.#longest = longest;
  }

  /** @returns {number} time to wait now, ms */
  next() {
    const ceiling = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#attempts++, 30));
    return Math.max(FLOOR_MS, Math.floor(this.#random() * ceiling));
  }

  /** Makes the next wait a short one, after a success. */
  reset() {
    this.#attempts = 0;
  }
}

/** Wait that can be cut short. */
export class Pause {
  #env;
  /** @type {any} */
  #timer;
  /** @type {(() => void) | undefined} */
  #end;

  /** @param {import('./browser.js').Env} env */
  constructor(env) {
    this.#env = env;
  }

  /**
   * @param {number} ms
   * @returns {Promise<void>} fulfilled after this time, or on {@link Pause.cut}
   */
  for(ms) {
    this.cut();
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#timer = this.#env.after(() => this.cut(), ms);
    });
  }

  /** Ends the wait now. */
  cut() {
    this.#env.never(this.#timer);
    const end = this.#end;
    this.#end = undefined;
    end?.();
  }
}
