/**
 * The transports of the chat service, best first. Where one is blocked, the client uses the next. All of them read the
 * same log with the same cursors, so no message is lost or repeated when the transport changes.
 *
 * @typedef {import('./transportconnection.js').Transport} Transport
 * @typedef {import('./transportconnection.js').End} End
 */

/** A connection that lasted this long counts as good, ms. */
export const STABLE_MS = 10_000;

/** Strikes before the next transport is tried: a single failure says little about a transport. */
const MAX_STRIKES = { websocket: 3, sse: 2, longpoll: 2 };

/** Choice of the transport, by how the connections so far have ended. */
export class Ladder {
  #rungs;
  #rung = 0;
  #strikes = 0;

  /** @param {Pick<import('./transportconnection.js').Rung, 0>[]} rungs transports to use, best first */
  constructor(rungs) {
    this.#rungs = rungs;
  }

  /** @returns {Transport} the transport to use now */
  get transport() {
    return this.#rungs[this.#rung][0];
  }

  /** Tells whether a better transport than the current one exists. */
  get isBelowTop() {
    return this.#rung > 0;
  }

  /**
   * Records that a connection of this transport ended or could not be opened.
   *
   * @param {End['why']} why
   * @param {number} lastedMs time since its first frame
   * @returns {boolean} whether to use another transport, without a wait
   */
  ended(why, lastedMs) {
    if (why === 'cut' && lastedMs >= STABLE_MS) {
      this.#strikes = 0;
      return false;
    }
    if (why === 'down') {
      // No transport is worse than another.
      this.reset();
      return false;
    }
    // A proxy that swallows data looks like silence, and detecting it takes long: it counts twice.
    this.#strikes += why === 'silent' ? 2 : 1;
    if (why !== 'unsupported' && this.#strikes < MAX_STRIKES[this.transport]) {
      return false;
    }
    this.#strikes = 0;
    this.#rung = (this.#rung + 1) % this.#rungs.length;
    return this.isBelowTop;
  }

  /** Returns to the best transport: it works again, or the network has changed. */
  reset() {
    this.#rung = 0;
    this.#strikes = 0;
  }
}
