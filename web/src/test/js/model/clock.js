/** Virtual time: everything that happens in a schedule is an entry of one queue, so that a seed repeats it exactly. */
export class Clock {
  time = 1_763_980_000_000;
  /** Binary heap by time, then by the order of the calls. */
  #heap = [];
  #calls = 0;

  /** Runs something later. Returns an object with which {@link Clock.never} cancels it. */
  after(ms, run) {
    const entry = { at: this.time + Math.max(0, ms), call: this.#calls++, run };
    this.#heap.push(entry);
    for (let i = this.#heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) {
        break;
      }
      this.#swap(i, parent);
      i = parent;
    }
    return entry;
  }

  never(entry) {
    if (entry) {
      entry.run = undefined;
    }
  }

  /** Passes time. Promises settle between two entries. */
  async pass(ms) {
    const until = this.time + ms;
    await drained();
    while (this.#heap.length > 0 && this.#heap[0].at <= until) {
      const { at, run } = this.#pop();
      if (run) {
        this.time = at;
        run();
        await drained();
      }
    }
    this.time = until;
  }

  #pop() {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      for (let i = 0, child = 1; child < this.#heap.length; i = child, child = 2 * i + 1) {
        if (child + 1 < this.#heap.length && this.#isBefore(child + 1, child)) {
          child++;
        }
        if (!this.#isBefore(child, i)) {
          break;
        }
        this.#swap(i, child);
      }
    }
    return first;
  }

  #isBefore(a, b) {
    const x = this.#heap[a];
    const y = this.#heap[b];
    return x.at < y.at || (x.at === y.at && x.call < y.call);
  }

  #swap(a, b) {
    const entry = this.#heap[a];
    this.#heap[a] = this.#heap[b];
    this.#heap[b] = entry;
  }
}

/** Waits until no microtask is left: nothing in a schedule waits for anything else. */
function drained() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Random numbers that a seed repeats (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
