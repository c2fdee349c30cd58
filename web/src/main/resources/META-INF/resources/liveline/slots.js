/** @typedef {import('./browser.js').Env} Env */

/** Browsers open six connections to a host, for all tabs and all services: only so many are held for rooms. */
const MOST_HELD = 2;

/** The right to hold a connection, shared by all tabs; where there are no Web Locks, by the rooms of this one. */
export class Slots {
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

  /** @returns {Promise<(() => void) | undefined>} gives it back; undefined: all are taken */
  async take() {
    if (this.#env.locks === undefined) {
      return this.#takeOwn();
    }
    for (let slot = 1; slot <= MOST_HELD; slot++) {
      const release = await lock(this.#env.locks, `liveline held ${slot} ${this.#base}`);
      if (release) {
        return release;
      }
    }
    return undefined;
  }

  #takeOwn() {
    if (this.#taken >= MOST_HELD) {
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
