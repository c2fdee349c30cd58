/**
 * Waits between attempts: exponential, with full jitter, so that the clients of a server that went away do not all
 * come back in the same moment.
 */
export class Backoff {
  #random;
  #first;
  #longest;
  #attempts = 0;

  /**
   * @param {() => number} random from 0 up to 1
   * @param {number} [first] upper bound of the first wait, ms
   * @param {number} [longest] upper bound of every wait, ms
   */
  constructor(random, first = 500, longest = 15_000) {
    this.#random = random;
    this.#first = first;
    this.#longest = longest;
  }

  /** How many waits there were since the last success. */
  get attempts() {
    return this.#attempts;
  }

  /** @returns {number} how long to wait now, ms */
  next() {
    const ceiling = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#attempts++, 30));
    return Math.floor(this.#random() * ceiling);
  }

  /** It went well: the next wait is a short one again. */
  reset() {
    this.#attempts = 0;
  }
}

/** A wait that can be cut short. */
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
   * @returns {Promise<void>} fulfilled after this time, or when {@link Pause.cut} is called
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
