/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {Record<string, any> & {is: string}} Told something a source tells
 *
 * @typedef {object} Source what is open only once for all tabs
 * @property {() => void} close
 * @property {() => void} check somebody came back to the page and wants to be sure that it is still alive
 */

/** After this long without a word from the tab that leads, it counts as frozen, ms; a hidden tab's timers run once a minute. */
const FROZEN_MS = 150_000;
/** How often the tab that leads says that it is there, ms. */
const PULSE_MS = 20_000;

/**
 * One of all tabs keeps a source open and tells the others what it hears: ten tabs would use up the browser's six
 * connections to a host. The tab that holds the lock leads; when it goes, the browser gives the lock to the next.
 *
 * Without Web Locks or BroadcastChannel (a page that is not on https or localhost) each tab keeps its own.
 */
export class Shared {
  #env;
  #key;
  #begin;
  #hear;
  #recall;
  /** @type {import('./browser.js').ChannelLike | undefined} */ #channel;
  /** @type {Source | undefined} */ #source;
  /** @type {AbortController} */ #abort = new AbortController();
  /** Lets go of the lock. @type {() => void} */ #release = () => {};
  /** @type {any} */ #timer;
  #heardAt;
  /** @type {(() => void)[]} */ #pageListeners = [];

  /**
   * @param {Env} env
   * @param {string} key tabs with the same key want the same
   * @param {object} what
   * @param {(tell: (told: Told) => void) => Source} what.begin opens the source
   * @param {(told: Told) => void} what.hear what the source tells, here or in another tab
   * @param {() => Told[]} what.recall what a newcomer has to hear
   */
  constructor(env, key, { begin, hear, recall }) {
    this.#env = env;
    this.#key = `liveline ${key}`;
    this.#begin = begin;
    this.#hear = hear;
    this.#recall = recall;
    this.#heardAt = env.now();
    if (env.locks === undefined || env.channel === undefined) {
      this.#source = begin(hear);
    } else {
      this.#channel = env.channel(this.#key);
      this.#channel.onmessage = (event) => this.#onMessage(event.data);
      this.#pageListeners.push(env.on('visibility', () => env.visible() && this.check()));
      this.#channel.postMessage({ is: 'ask' });
      this.#queue();
    }
  }

  /** Whether this tab is the one that keeps the source open. */
  get isLeading() {
    return this.#source !== undefined;
  }

  /** Somebody looks at the page again. */
  check() {
    if (this.#source) {
      this.#source.check();
    } else if (this.#env.now() - this.#heardAt > FROZEN_MS) {
      this.#queue(true);
    } else {
      this.#channel?.postMessage({ is: 'ask' });
    }
  }

  /**
   * Says something to the other tabs only.
   *
   * @param {Told} told
   */
  say(told) {
    this.#channel?.postMessage(told);
  }

  close() {
    this.#pageListeners.forEach((end) => end());
    this.#abort.abort();
    this.#stop();
    this.#release();
    this.#channel?.close();
  }

  /** @param {boolean} [steal] takes the lock from a tab that is frozen */
  async #queue(steal = false) {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    // The browser does not let a lock be stolen and its request be ended by a signal.
    const options = steal ? { steal } : { signal: abort.signal };
    try {
      await this.#env.locks?.request(this.#key, options, () => {
        if (abort.signal.aborted) {
          return undefined;
        }
        this.#lead();
        return new Promise((resolve) => (this.#release = () => resolve(undefined)));
      });
    } catch {
      // Stolen, since we were frozen: follow, and stand in line again.
      if (abort === this.#abort && !abort.signal.aborted) {
        this.#stop();
        this.#queue();
      }
    }
  }

  #lead() {
    this.#source = this.#begin((told) => {
      this.#hear(told);
      this.#channel?.postMessage(told);
    });
    this.#pulse();
  }

  #pulse() {
    this.#timer = this.#env.after(() => {
      this.#channel?.postMessage({ is: 'pulse' });
      this.#pulse();
    }, PULSE_MS);
  }

  #stop() {
    this.#env.never(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  /** @param {Told} told */
  #onMessage(told) {
    this.#heardAt = this.#env.now();
    if (told.is === 'ask') {
      if (this.#source) {
        this.#source.check();
        this.#recall().forEach((again) => this.#channel?.postMessage(again));
      }
    } else if (told.is !== 'pulse') {
      this.#hear(told);
    }
  }
}
