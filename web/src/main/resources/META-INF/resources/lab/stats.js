/** How many latencies are kept for the picture and the percentiles. */
const MOST_KEPT = 500;
/** An event that is not here after this long counts as missed until it comes, ms. */
const MISSED_MS = 5_000;

/** What one transport did with the events. */
export class Stats {
  /** How long the latest took, ms. @type {number[]} */ latencies = [];
  received = 0;
  late = 0;
  cost = { requests: 0, bytes: 0 };
  /** When each event was sent that is not here yet. @type {Map<number, number>} */ #missing = new Map();

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
   * @param {number} staleMs what takes longer is late
   */
  heard(event, at, staleMs) {
    const sent = this.#missing.get(event);
    if (sent === undefined) {
      return;
    }
    this.#missing.delete(event);
    this.received++;
    this.late += at - sent > staleMs ? 1 : 0;
    this.latencies.push(at - sent);
    if (this.latencies.length > MOST_KEPT) {
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

/** What each transport costs while nothing happens: requests and bytes a minute, at this project's intervals. */
const IDLE = {
  poll: (/** @type {number} */ pollMs) => ({ requests: 60_000 / pollMs, bytes: (60_000 / pollMs) * 850 }),
  longpoll: () => ({ requests: 60 / 25, bytes: (60 / 25) * 850 }),
  sse: () => ({ requests: 0, bytes: (60 / 25) * 35 }),
  websocket: () => ({ requests: 0, bytes: (60 / 25) * 2 * 35 }),
};

/**
 * @param {keyof typeof IDLE} transport
 * @param {Stats} stats
 * @param {{idleMinutes: number, pollMs: number}} life how long nothing happens for each minute in which something does
 * @param {number} activeMs for how long was measured
 * @returns {{requests: number, bytes: number} | undefined} what one event costs, with its share of the silence
 */
export function costOf(transport, stats, { idleMinutes, pollMs }, activeMs) {
  if (stats.received === 0) {
    return undefined;
  }
  const idle = IDLE[transport](pollMs);
  const minutes = (idleMinutes * activeMs) / 60_000;
  return {
    requests: (stats.cost.requests + idle.requests * minutes) / stats.received,
    bytes: (stats.cost.bytes + idle.bytes * minutes) / stats.received,
  };
}
