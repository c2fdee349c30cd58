import { Backoff, Pause } from './backoff.js';
import { LivelineError } from './http.js';

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
/** Time until a tab whose lead was taken waits for it again, ms. */
const AGAIN_MS = 1_000;

/**
 * Leader election among the tabs of a browser. The leader keeps a source open and publishes its messages to the other
 * tabs, because ten tabs would use up the browser's six connections to a host. The tab that holds the lock is the
 * leader; when it closes, the browser grants the lock to the next tab.
 *
 * Without Web Locks or BroadcastChannel (a page that is not on https or localhost, a sandboxed frame, blocked cookies)
 * each tab opens its own source.
 */
export class TabLeader {
  #env;
  #open;
  #onSourceMessage;
  #state;
  #pause;
  #key = '';
  #isOpen = true;
  /** @type {import('./browser.js').ChannelLike | undefined} */ #channel;
  /** @type {Source | undefined} */ #source;
  /** @type {AbortController} */ #abort = new AbortController();
  /** Releases the lock. @type {() => void} */ #release = () => {};
  /** @type {any} */ #timer;
  #receivedAt;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string | undefined>} key returns the key of the source, which tabs with the same key share:
   *     server, account and what is read; undefined if the source must not be shared
   * @param {object} callbacks
   * @param {(publish: (message: TabMessage) => void) => Source} callbacks.open opens the source
   * @param {(message: TabMessage) => void} callbacks.onMessage called with messages of the source, of this or another
   *     tab
   * @param {() => TabMessage[]} callbacks.state returns the messages that a new tab needs
   */
  constructor(env, key, { open, onMessage, state }) {
    this.#env = env;
    this.#open = open;
    this.#onSourceMessage = onMessage;
    this.#state = state;
    this.#pause = new Pause(env);
    this.#receivedAt = env.uptime();
    this.#pageListeners = [
      env.on('online', () => this.#pause.cut()),
      env.on('visibility', () => env.visible() && this.check()),
    ];
    this.#start(key);
  }

  /** Verifies that the source is alive, after the user returned to the page. */
  check() {
    if (this.#source) {
      this.#source.check();
    } else if (this.#channel && this.#env.uptime() - this.#receivedAt > FROZEN_MS) {
      this.#requestLock(true);
    } else {
      this.#channel?.postMessage({ is: 'ask' });
    }
  }

  close() {
    this.#isOpen = false;
    this.#pageListeners.forEach((end) => end());
    this.#pause.cut();
    this.#abort.abort();
    this.#stop();
    this.#release();
    this.#closeChannel();
  }

  /**
   * Repeats the request for the key until the addresses of the services and the token are known.
   *
   * @param {() => Promise<string | undefined>} key
   */
  async #start(key) {
    const backoff = new Backoff(this.#env.random);
    /** @type {string | undefined} */
    let known;
    for (let isKnown = false; !isKnown;) {
      try {
        known = await key();
        isKnown = true;
      } catch (error) {
        const isRefused = error instanceof LivelineError && !error.isTransient;
        if (this.#isOpen) {
          this.#onSourceMessage(isRefused ? failure(error) : { is: 'state', state: 'offline' });
          await this.#pause.for(backoff.next());
        }
        if (isRefused || !this.#isOpen) {
          return;
        }
      }
    }
    if (this.#isOpen) {
      this.#join(known);
    }
  }

  /** @param {string | undefined} key */
  #join(key) {
    this.#receivedAt = this.#env.uptime();
    this.#key = `liveline ${key}`;
    this.#channel = key === undefined || !this.#env.locks ? undefined : this.#openChannel();
    if (this.#channel) {
      this.#channel.onmessage = (event) => this.#onTabMessage(event.data);
      this.#channel.postMessage({ is: 'ask' });
      this.#requestLock();
    } else {
      this.#leadAlone();
    }
  }

  #openChannel() {
    try {
      return this.#env.channel?.(this.#key);
    } catch {
      // The browser forbids channels to this page: the tab leads alone.
      return undefined;
    }
  }

  /** @param {boolean} [steal] whether to take the lock from a frozen tab */
  async #requestLock(steal = false) {
    this.#env.never(this.#timer);
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
    } catch (error) {
      if (abort === this.#abort && !abort.signal.aborted) {
        this.#onLockFailure(/** @type {Error} */ (error));
      }
    }
  }

  /** @param {Error} error */
  #onLockFailure({ name }) {
    const wasLeading = this.#source !== undefined;
    this.#stop();
    if (wasLeading && name === 'AbortError') {
      // Another tab stole the lock, since this one was frozen.
      this.#timer = this.#env.after(() => this.#requestLock(), AGAIN_MS);
    } else {
      // The browser refuses locks to this page, or to a page that is being unloaded. It would refuse the next one, too.
      this.#closeChannel();
      this.#leadAlone();
    }
  }

  #lead() {
    this.#source = this.#open((message) => {
      this.#onSourceMessage(message);
      this.#channel?.postMessage(message);
    });
    this.#pulseLater();
  }

  #leadAlone() {
    this.#source = this.#open(this.#onSourceMessage);
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

  #closeChannel() {
    this.#channel?.close();
    this.#channel = undefined;
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

/**
 * Returns the message about a source that failed.
 *
 * @param {LivelineError} error
 * @returns {TabMessage}
 */
export function failure({ code, message, status, isForeign }) {
  return { is: 'error', code, detail: message, status, isForeign };
}

/**
 * Returns the error of such a message.
 *
 * @param {TabMessage} message
 */
export function errorOf({ code, detail, status, isForeign }) {
  return new LivelineError(code, detail, { status, isForeign });
}
