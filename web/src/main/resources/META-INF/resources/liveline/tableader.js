/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {Record<string, any> & {is: string}} TabMessage message of a source, or between tabs
 *
 * @typedef {object} Source connection that is open once for all tabs
 * @property {() => void} close
 * @property {() => void} check verifies that the source is alive, after the user returned to the page
 */

/** Silence after which the leader counts as frozen, ms. The timers of a hidden tab run once a minute. */
const FROZEN_MS = 150_000;
/** Interval of the leader's sign of life, ms. */
const PULSE_MS = 20_000;

/**
 * Leader election among the tabs of a browser. The leader keeps a source open and publishes its messages to the other
 * tabs, because ten tabs would use up the browser's six connections to a host. The tab that holds the lock is the
 * leader; when it closes, the browser grants the lock to the next tab.
 *
 * Without Web Locks or BroadcastChannel (a page that is not on https or localhost) each tab opens its own source.
 */
export class TabLeader {
  #env;
  #key;
  #open;
  #onSourceMessage;
  #state;
  /** @type {import('./browser.js').ChannelLike | undefined} */ #channel;
  /** @type {Source | undefined} */ #source;
  /** @type {AbortController} */ #abort = new AbortController();
  /** Releases the lock. @type {() => void} */ #release = () => {};
  /** @type {any} */ #timer;
  #receivedAt;
  /** @type {(() => void)[]} */ #pageListeners = [];

  /**
   * @param {Env} env
   * @param {string} key key of the source; tabs with the same key share it
   * @param {object} callbacks
   * @param {(publish: (message: TabMessage) => void) => Source} callbacks.open opens the source
   * @param {(message: TabMessage) => void} callbacks.onMessage called with messages of the source, of this or another
   *     tab
   * @param {() => TabMessage[]} callbacks.state returns the messages that a new tab needs
   */
  constructor(env, key, { open, onMessage, state }) {
    this.#env = env;
    this.#key = `liveline ${key}`;
    this.#open = open;
    this.#onSourceMessage = onMessage;
    this.#state = state;
    this.#receivedAt = env.uptime();
    if (env.locks === undefined || env.channel === undefined) {
      this.#source = open(onMessage);
    } else {
      this.#channel = env.channel(this.#key);
      this.#channel.onmessage = (event) => this.#onTabMessage(event.data);
      this.#pageListeners.push(env.on('visibility', () => env.visible() && this.check()));
      this.#channel.postMessage({ is: 'ask' });
      this.#requestLock();
    }
  }

  /** Tells whether this tab keeps the source open. */
  get isLeading() {
    return this.#source !== undefined;
  }

  /** Verifies that the source is alive, after the user returned to the page. */
  check() {
    if (this.#source) {
      this.#source.check();
    } else if (this.#env.uptime() - this.#receivedAt > FROZEN_MS) {
      this.#requestLock(true);
    } else {
      this.#channel?.postMessage({ is: 'ask' });
    }
  }

  /**
   * Sends a message to the other tabs only.
   *
   * @param {TabMessage} message
   */
  send(message) {
    this.#channel?.postMessage(message);
  }

  close() {
    this.#pageListeners.forEach((end) => end());
    this.#abort.abort();
    this.#stop();
    this.#release();
    this.#channel?.close();
  }

  /** @param {boolean} [steal] whether to take the lock from a frozen tab */
  async #requestLock(steal = false) {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    // Browsers reject a request that has both `steal` and a signal.
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
      // Another tab stole the lock, since this one was frozen: stop the source and request the lock again.
      if (abort === this.#abort && !abort.signal.aborted) {
        this.#stop();
        this.#requestLock();
      }
    }
  }

  #lead() {
    this.#source = this.#open((message) => {
      this.#onSourceMessage(message);
      this.#channel?.postMessage(message);
    });
    this.#pulseLater();
  }

  #pulseLater() {
    this.#timer = this.#env.after(() => {
      this.#channel?.postMessage({ is: 'pulse' });
      this.#pulseLater();
    }, PULSE_MS);
  }

  #stop() {
    this.#env.never(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  /** @param {TabMessage} message */
  #onTabMessage(message) {
    this.#receivedAt = this.#env.uptime();
    if (message.is === 'ask') {
      if (this.#source) {
        this.#source.check();
        this.#state().forEach((again) => this.#channel?.postMessage(again));
      }
    } else if (message.is !== 'pulse') {
      this.#onSourceMessage(message);
    }
  }
}
