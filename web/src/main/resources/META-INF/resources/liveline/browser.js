/**
 * Interfaces of the browser that the client uses. Tests provide their own, with a clock that they control.
 *
 * @typedef {object} SocketLike used part of a WebSocket
 * @property {(text: string) => void} send
 * @property {(code?: number, reason?: string) => void} close
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 *
 * @typedef {object} ChannelLike used part of a BroadcastChannel
 * @property {(message: any) => void} postMessage
 * @property {() => void} close
 * @property {((event: any) => void) | null} onmessage
 *
 * @typedef {object} LocksLike used part of the Web Locks API
 * @property {(name: string, options: any, run: (lock: any) => Promise<any> | undefined | void) => Promise<any>} request
 *
 * @typedef {object} Env
 * @property {string} [origin] base of relative addresses, such as `https://example.org`; undefined without a page
 * @property {() => number} now wall clock, ms since 1970; only for times that the server set
 * @property {() => number} uptime monotonic clock for durations, ms; it may stop while the computer sleeps
 * @property {() => number} random random number, at least 0 and below 1
 * @property {() => string} id new unguessable id
 * @property {(run: () => void, ms: number) => any} after runs something later; {@link Env.never} cancels the returned
 *     timer
 * @property {(timer: any) => void} never
 * @property {(address: string, init: any) => Promise<Response>} fetch
 * @property {(address: string, protocols: string[]) => SocketLike} [socket] undefined where there are no WebSockets
 * @property {LocksLike} [locks] undefined if the browser has none
 * @property {(name: string) => ChannelLike} [channel] undefined if the browser has none
 * @property {() => boolean} visible whether the page is visible
 * @property {(event: PageEvent, listener: () => void) => (() => void)} on subscribes to a page event; the returned
 *     function unsubscribes
 *
 * @typedef {'online' | 'offline' | 'visibility' | 'hide' | 'show'} PageEvent
 */

/** Names of the events at the window, if they differ. @type {Partial<Record<PageEvent, string>>} */
const PAGE_EVENTS = { visibility: 'visibilitychange', hide: 'pagehide', show: 'pageshow' };

/**
 * Returns the interfaces of the current browser, or those that a program without a page has: a bot, a test, or a server
 * that renders pages.
 *
 * @returns {Env}
 */
export function browser() {
  const { location, document, navigator, window } = /** @type {Partial<typeof globalThis>} */ (globalThis);
  return {
    origin: location?.origin,
    now: () => Date.now(),
    uptime: () => performance.now(),
    random: () => Math.random(),
    // Not crypto.randomUUID(): browsers offer it on https and localhost only.
    id: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    after: (run, ms) => setTimeout(run, ms),
    never: (timer) => clearTimeout(timer),
    fetch: (address, init) => fetch(address, init),
    socket: typeof WebSocket === 'undefined' ? undefined : (address, protocols) => new WebSocket(address, protocols),
    locks: navigator?.locks,
    // Other programs have channels, too, but no tabs.
    channel:
      document === undefined || typeof BroadcastChannel === 'undefined'
        ? undefined
        : (name) => new BroadcastChannel(name),
    visible: () => document?.visibilityState !== 'hidden',
    on: (event, listener) => {
      const type = PAGE_EVENTS[event] ?? event;
      /** @param {Event} dispatched */
      const onEvent = (dispatched) => {
        // Browsers also fire pageshow when a page loads; only its return from the back/forward cache matters.
        if (event !== 'show' || /** @type {PageTransitionEvent} */ (dispatched).persisted) {
          listener();
        }
      };
      window?.addEventListener(type, onEvent);
      return () => window?.removeEventListener(type, onEvent);
    },
  };
}
