import { Backoff } from './backoff.js';
import { readStream } from './sse.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./http.js').LivelineError} LivelineError
 * @typedef {import('./shared.js').Told} Told
 */

/** After this long without a word, coming back to the page opens the stream anew, ms. */
const QUIET_MS = 30_000;
/** The server says something at least every 15 s, ms. */
const SILENCE_MS = 35_000;
/** The snapshot comes at once, ms. */
const FIRST_MS = 10_000;

/**
 * The stream of some counters, kept open: by an EventSource, or, where there is a token to carry, by `fetch` with the
 * same resume.
 */
export class CounterStream {
  #env;
  #address;
  #tell;
  #carriesToken;
  #backoff;
  /** @type {{close: () => void} | undefined} */ #stream;
  /** @type {any} */ #timer;
  #heardAt = 0;
  /** What was seen last: a stream that is opened anew goes on there, so that no replica shows less than another did. */
  #cursor = '';
  #open = true;
  #isLive = false;
  /** @type {(() => void)[]} */ #pageListeners;

  /**
   * @param {Env} env
   * @param {() => Promise<string>} address
   * @param {boolean} carriesToken
   * @param {(told: Told) => void} tell
   */
  constructor(env, address, carriesToken, tell) {
    this.#env = env;
    this.#address = address;
    this.#carriesToken = carriesToken;
    this.#tell = tell;
    this.#backoff = new Backoff(env.random);
    this.#pageListeners = [
      env.on('online', () => this.#connect()),
      env.on('offline', () => this.#lost()),
      env.on('visibility', () => env.visible() && this.check()),
    ];
    this.#connect();
  }

  /** An EventSource does not show the comments that keep a stream alive: after a sleep, only opening it anew tells. */
  check() {
    if (this.#stream && this.#env.now() - this.#heardAt > QUIET_MS) {
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
        this.#heardAt = this.#env.now();
        this.#carriesToken ? this.#read(address) : this.#listen(address);
      }
    } catch {
      this.#lost();
    }
  }

  /** @param {string} address */
  #listen(address) {
    const after = this.#cursor && `${address.includes('?') ? '&' : '?'}after=${this.#cursor}`;
    const stream = this.#env.events(address + after);
    this.#stream = stream;
    stream.addEventListener('open', () => stream === this.#stream && this.#resumed());
    for (const type of ['snapshot', 'change']) {
      stream.addEventListener(type, (event) => stream === this.#stream && this.#onValues(type, event.data));
    }
    stream.addEventListener('error', () => {
      if (stream === this.#stream) {
        this.#isLive = false;
        this.#tell({ is: 'state', state: 'connecting' });
        // By itself it comes back after a lost connection, with its cursor, but not after a refusal.
        if (stream.readyState === 2) {
          this.#lost();
        }
      }
    });
  }

  /** @param {string} address */
  async #read(address) {
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
        alive: () => {
          this.#heardAt = this.#env.now();
          this.#resumed();
        },
        tell: ({ type, data }) => this.#onValues(type, data),
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
    this.#heardAt = this.#env.now();
    this.#backoff.reset();
    /** @type {{counters: Record<string, {value: number}>, cursor: string}} */
    const { counters, cursor } = JSON.parse(data);
    this.#cursor = cursor;
    this.#isLive = true;
    const values = Object.fromEntries(Object.entries(counters).map(([name, counter]) => [name, counter.value]));
    this.#tell({ is: type, values });
  }

  /** The stream is there: without a word it says that nothing has changed. */
  #resumed() {
    if (this.#cursor && !this.#isLive) {
      this.#isLive = true;
      this.#tell({ is: 'state', state: 'live' });
    }
  }

  /** @param {number} [retryAfterMs] */
  #lost(retryAfterMs = 0) {
    this.#drop();
    this.#isLive = false;
    if (this.#open) {
      this.#tell({ is: 'state', state: 'offline' });
      this.#timer = this.#env.after(() => this.#connect(), Math.max(this.#backoff.next(), retryAfterMs));
    }
  }
}
