/** @typedef {import('./browser.js').Env} Env */

/** Long-lived connections for rooms. Browsers open six connections to a host, for all tabs and all services. */
const MAX_HELD = 2;

/** Limit of long-lived connections, shared by all tabs, or by the rooms of this tab if there are no Web Locks. */
export class ConnectionSlots {
  #env;
  #base;
  #taken = 0;

  /**
   * @param {Env} env
   * @param {string} base address of the service
   */
  constructor(env, base) {
    this.#env = env;
    this.#base = base;
  }

  /** @returns {Promise<(() => void) | undefined>} function that releases the slot; undefined if all are taken */
  async take() {
    if (this.#env.locks === undefined) {
      return this.#takeInTab();
    }
    try {
      for (let slot = 1; slot <= MAX_HELD; slot++) {
        const release = await lock(this.#env.locks, `liveline held ${slot} ${this.#base}`);
        if (release) {
          return release;
        }
      }
    } catch {
      // The browser forbids locks, as in a sandboxed frame or with blocked cookies.
      return this.#takeInTab();
    }
    return undefined;
  }

  #takeInTab() {
    if (this.#taken >= MAX_HELD) {
      return undefined;
    }
    this.#taken++;
    return () => void this.#taken--;
  }
}

/**
 * @param {import('./browser.js').LocksLike} locks
 * @param {string} name
 * @returns {Promise<(() => void) | undefined>}
 */
function lock(locks, name) {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (granted) => {
        if (!granted) {
          return void resolve(undefined);
        }
        return new Promise((release) => resolve(() => release(undefined)));
      })
      .catch(reject);
  });
}
