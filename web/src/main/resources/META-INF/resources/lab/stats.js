/** Number of latencies that are kept for the chart and the percentiles. */
const MAX_KEPT = 500;
/** Time after which an event counts as missing until it arrives, ms. */
const MISSED_MS = 5_000;

/** Measurements of one transport. */
export class Stats {
  /** Latencies of the latest events, ms. @type {number[]} */ latencies = [];
  receivedCount = 0;
  late = 0;
  cost = { requests: 0, bytes: 0 };
  /** Time of sending of each event that has not arrived, ms. @type {Map<number, number>} */ #missing = new Map();

  /**
   * @param {number} event
   * @param {number} at ms
   */
  sent(event, at) {
    this.#missing.set(event, at);
  }

  /**
   * @param {number} event
   * @param {number} at ms
   * @param {number} staleMs latency beyond which an event is late
   */
  received(event, at, staleMs) {
    const sent = this.#missing.get(event);
    if (sent === undefined) {
      return;
    }
    this.#missing.delete(event);
    this.receivedCount++;
    this.late += at - sent > staleMs ? 1 : 0;
    this.latencies.push(at - sent);
    if (this.latencies.length > MAX_KEPT) {
      this.latencies.shift();
    }
  }

  /** @param {number} now ms */
  missing(now) {
    return [...this.#missing.values()].filter((at) => now - at > MISSED_MS).length;
  }

  /** @param {number} part from 0 to 1 */
  percentile(part) {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    return sorted.length === 0 ? undefined : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  }
}

/** Cost of each transport while nothing happens: requests and bytes a minute, at this project's intervals. */
const IDLE = {
  poll: (/** @type {number} */ pollMs) => ({ requests: 60_000 / pollMs, bytes: (60_000 / pollMs) * 850 }),
  longpoll: () => ({ requests: 60 / 25, bytes: (60 / 25) * 850 }),
  sse: () => ({ requests: 0, bytes: (60 / 25) * 35 }),
  websocket: () => ({ requests: 0, bytes: (60 / 25) * 2 * 35 }),
};

/**
 * Returns the cost of one event, with its share of the idle time.
 *
 * @param {keyof typeof IDLE} transport
 * @param {Stats} stats
 * @param {{idleMinutes: number, pollMs: number}} conditions idleMinutes: idle time for each minute with events
 * @param {number} activeMs time of the measurement
 * @returns {{requests: number, bytes: number} | undefined} undefined if no event has arrived
 */
export function costOf(transport, stats, { idleMinutes, pollMs }, activeMs) {
  if (stats.receivedCount === 0) {
    return undefined;
  }
  const idle = IDLE[transport](pollMs);
  const minutes = (idleMinutes * activeMs) / 60_000;
  return {
    requests: (stats.cost.requests + idle.requests * minutes) / stats.receivedCount,
    bytes: (stats.cost.bytes + idle.bytes * minutes) / stats.receivedCount,
  };
}
