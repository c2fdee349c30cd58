/**
 * What the client needs of its surroundings. Tests give their own, with a clock that they move.
 *
 * @typedef {object} SocketLike the part of a WebSocket that is used
 * @property {(text: string) => void} send
 * @property {(code?: number, reason?: string) => void} close
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 *
 * @typedef {object} EventsLike the part of an EventSource that is used
 * @property {number} readyState 2 when it has given up
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 * @property {() => void} close
 *
 * @typedef {object} ChannelLike the part of a BroadcastChannel that is used
 * @property {(told: any) => void} postMessage
 * @property {() => void} close
 * @property {((event: any) => void) | null} onmessage
 *
 * @typedef {object} LocksLike the part of the Web Locks that is used
 * @property {(name: string, options: any, run: (lock: any) => Promise<any> | undefined | void) => Promise<any>} request
 *
 * @typedef {object} Env
 * @property {string} origin where relative addresses lead, such as `https://example.org`
 * @property {() => number} now milliseconds since 1970
 * @property {() => number} random from 0 up to 1
 * @property {() => string} id a fresh unguessable id
 * @property {(run: () => void, ms: number) => any} after runs something later; the result ends it with {@link Env.never}
 * @property {(timer: any) => void} never
 * @property {(address: string, init: any) => Promise<Response>} fetch
 * @property {(address: string, protocols: string[]) => SocketLike} socket
 * @property {(address: string) => EventsLike} events
 * @property {LocksLike} [locks] where the browser has them
 * @property {(name: string) => ChannelLike} [channel] where the browser has it
 * @property {() => boolean} visible whether somebody can see the page
 * @property {(what: PageEvent, listener: () => void) => (() => void)} on hears of the page; the result ends it
 *
 * @typedef {'online' | 'offline' | 'visibility' | 'hide' | 'show'} PageEvent
 */

/** @type {Record<PageEvent, [target: 'window' | 'document', event: string]>} */
const PAGE_EVENTS = {
  online: ['window', 'online'],
  offline: ['window', 'offline'],
  visibility: ['document', 'visibilitychange'],
  hide: ['window', 'pagehide'],
  show: ['window', 'pageshow'],
};

/** @returns {Env} the browser that this runs in */
export function browser() {
  return {
    origin: location.origin,
    now: () => Date.now(),
    random: () => Math.random(),
    // Not crypto.randomUUID(): browsers have it on https and localhost only.
    id: () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    after: (run, ms) => setTimeout(run, ms),
    never: (timer) => clearTimeout(timer),
    fetch: (address, init) => fetch(address, init),
    socket: (address, protocols) => new WebSocket(address, protocols),
    events: (address) => new EventSource(address),
    locks: navigator.locks,
    channel: typeof BroadcastChannel === 'undefined' ? undefined : (name) => new BroadcastChannel(name),
    visible: () => document.visibilityState === 'visible',
    on: (what, listener) => {
      const [where, event] = PAGE_EVENTS[what];
      const target = where === 'window' ? window : document;
      /** @param {Event} happened */
      const hear = (happened) => {
        // A page is shown when it loads, too; what matters is its return from the back/forward cache.
        if (what !== 'show' || /** @type {PageTransitionEvent} */ (happened).persisted) {
          listener();
        }
      };
      target.addEventListener(event, hear);
      return () => target.removeEventListener(event, hear);
    },
  };
}
