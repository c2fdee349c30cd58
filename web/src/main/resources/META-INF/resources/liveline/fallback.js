import { Backoff } from './backoff.js';
import { LivelineError, request, withQuery } from './http.js';
import { openEventStream, openLongPoll } from './httpconnection.js';
import { Ladder } from './ladder.js';

/**
 * @typedef {import('./browser.js').Env} Env
 * @typedef {import('./chat.js').Attempt} Attempt
 */

/** Shortest and longest time until the best transport is tried again, ms. */
const CLIMB_MS = 15_000;
const LONGEST_CLIMB_MS = 10 * 60_000;

/** Transports of chat below the best one, and attempts to return to it while another one stays in use. */
export class Fallback {
  /** @type {Env} */ #env;
  #rungs;
  #ladder;
  #open;
  #climbs;
  /** @type {any} */ #timer;
  /** Attempt with the best transport, while another one stays in use. @type {Attempt | undefined} */ climb;

  /**
   * @param {Env} env
   * @param {import('./transportconnection.js').Rung} best
   * @param {(attempt: Attempt) => void} open
   */
  constructor(env, best, open) {
    this.#env = env;
    this.#rungs = /** @type {import('./transportconnection.js').Rung[]} */ ([
      best,
      ['sse', openEventStream],
      ['longpoll', openLongPoll],
    ]);
    this.#ladder = new Ladder(this.#rungs);
    this.#open = open;
    this.#climbs = new Backoff(env.random, CLIMB_MS, LONGEST_CLIMB_MS);
  }

  /** Returns the transport to use now. */
  get rung() {
    return this.#rungs.find(([transport]) => transport === this.#ladder.transport);
  }

  /**
   * Records that a connection ended or could not be opened.
   *
   * @param {import('./transportconnection.js').End['why']} why
   * @param {number} lastedMs time since its first frame
   * @returns {boolean} whether to use another transport, without a wait
   */
  ended(why, lastedMs) {
    return this.#ladder.ended(why, lastedMs);
  }

  /**
   * Tells whether plain HTTP gets no answer of a service. The server is then down, and no transport is at fault.
   *
   * @param {string} base
   * @param {string} room
   * @param {string | undefined} name
   */
  async isDown(base, room, name) {
    const address = `${base}/rooms/${encodeURIComponent(room)}/messages`;
    try {
      await request(this.#env, withQuery(address, { limit: 1, name }));
      return false;
    } catch (error) {
      const { status, isForeign } = /** @type {LivelineError} */ (error);
      return status === 0 || isForeign;
    }
  }

  /** Handles the first frame of a connection. */
  live() {
    if (this.#ladder.isBelowTop) {
      this.climbLater();
    }
  }

  /** Handles that the connection counts as good. */
  stable() {
    if (!this.#ladder.isBelowTop) {
      this.#climbs.reset();
    }
  }

  /** Tries the best transport again later. */
  climbLater() {
    this.climb = undefined;
    this.#timer = this.#env.after(() => {
      this.climb = { rung: this.#rungs[0] };
      this.#open(this.climb);
    }, CLIMB_MS + this.#climbs.next());
  }

  /** Ends the attempt to return. */
  drop() {
    this.#env.never(this.#timer);
    this.climb?.connection?.close();
    this.climb = undefined;
  }

  /** Returns to the best transport: it works again, or the network has changed. */
  reset() {
    this.#ladder.reset();
  }
}
