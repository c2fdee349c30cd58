import { Backoff } from './backoff.js';
import { readStream } from './sse.js';
import { Stopwatch } from './stopwatch.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./tableader.js').TabMessage} TabMessage
 */

/** Silence after which a return to the page opens a new stream, ms. */
const QUIET_MS = 30_000;
/** Longest silence of a live stream, ms. The server sends something at least every 15 s. */
const SILENCE_MS = 35_000;
/** Longest wait for the snapshot, ms. The server sends it at once. */
const FIRST_MS = 10_000;

/**
 * Stream of some counters that reconnects by itself. It uses an EventSource, or `fetch` if requests need a token; both
 * resume at the cursor.
 */
export class CounterStream {
  #env;
  #address;
  #publish;
  #carriesToken;
  #backoff;
  /** @type {{close: () => void} | undefined} */ #stream;
  /** @type {any} */ #timer;
  /** Time since the last bytes. */ #silence;
  /** Cursor of the last event. A new stream resumes there, so that it never shows older values than the last one. */
  #cursor = '';
  #open = true;
  #isLive = false;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} address
   * @param {boolean} carriesToken
   * @param {(message: TabMessage) => void} publish
   */
  constructor(env, address, carriesToken, publish) {
    this.#env = env;
    this.#silence = new Stopwatch(env);
    this.#address = address;
    this.#carriesToken = carriesToken;
    this.#publish = publish;
    this.#backoff = new Backoff(env.random);
    this.#pageListeners = [
      env.on('online', () => this.#connect()),
      env.on('offline', () => this.#lost()),
      env.on('visibility', () => env.visible() && this.check()),
    ];
    this.#connect();
  }

  /** Opens a new stream after a long silence: an EventSource hides the comments that would show that it is alive. */
  check() {
    if (this.#stream && this.#silence.ms > QUIET_MS) {
      this.#connect();
    }
  }

  close() {
    this.#open = false;
    this.#pageListeners.forEach((end) => end());
    this.#drop();
  }

  #drop() {
    this.#env.never(this.#timer);
    this.#stream?.close();
    this.#stream = undefined;
  }

  async #connect() {
    this.#drop();
    try {
      const address = await this.#address();
      if (this.#open && !this.#stream) {
        this.#silence.restart();
        this.#carriesToken || !this.#env.events ? this.#openFetch(address) : this.#openEventSource(address);
      }
    } catch {
      this.#lost();
    }
  }

  /** @param {string} address */
  #openEventSource(address) {
    const after = this.#cursor && `${address.includes('?') ? '&' : '?'}after=${this.#cursor}`;
    const stream = /** @type {NonNullable<Env['events']>} */ (this.#env.events)(address + after);
    this.#stream = stream;
    stream.addEventListener('open', () => stream === this.#stream && this.#resumed());
    for (const type of ['snapshot', 'change']) {
      stream.addEventListener(type, (event) => stream === this.#stream && this.#onValues(type, event.data));
    }
    stream.addEventListener('error', () => {
      if (stream === this.#stream) {
        this.#isLive = false;
        this.#publish({ is: 'state', state: 'connecting' });
        // It reconnects by itself after a lost connection, with its cursor, but not after a rejection.
        if (stream.readyState === 2) {
          this.#lost();
        }
      }
    });
  }

  /** @param {string} address */
  async #openFetch(address) {
    const abort = new AbortController();
    const stream = { close: () => abort.abort() };
    this.#stream = stream;
    let retryAfterMs = 0;
    try {
      await readStream(this.#env, address, {
        signal: abort.signal,
        firstMs: FIRST_MS,
        silenceMs: () => SILENCE_MS,
        headers: this.#cursor ? { 'Last-Event-ID': this.#cursor } : {},
        onBytes: () => {
          this.#silence.restart();
          this.#resumed();
        },
        onEvent: ({ type, data }) => this.#onValues(type, data),
      });
    } catch (error) {
      retryAfterMs = /** @type {LivelineError} */ (error).retryAfterMs ?? 0;
    }
    if (stream === this.#stream) {
      this.#lost(retryAfterMs);
    }
  }

  /**
   * @param {string} type
   * @param {string} data
   */
  #onValues(type, data) {
    this.#silence.restart();
    this.#backoff.reset();
    /** @type {{counters: Record<string, {value: number}>, cursor: string}} */
    const { counters, cursor } = JSON.parse(data);
    this.#cursor = cursor;
    this.#isLive = true;
    const values = Object.fromEntries(Object.entries(counters).map(([name, counter]) => [name, counter.value]));
    this.#publish({ is: type, values });
  }

  /** Marks a resumed stream as live: the server sends nothing if nothing has changed. */
  #resumed() {
    if (this.#cursor && !this.#isLive) {
      this.#isLive = true;
      this.#publish({ is: 'state', state: 'live' });
    }
  }

  /** @param {number} [retryAfterMs] */
  #lost(retryAfterMs = 0) {
    this.#drop();
    this.#isLive = false;
    if (this.#open) {
      this.#publish({ is: 'state', state: 'offline' });
      this.#timer = this.#env.after(() => this.#connect(), Math.max(this.#backoff.next(), retryAfterMs));
    }
  }
}
