/**
 * @typedef {import('../liveline/browser.js').Env} Env
 * @typedef {{requests: number, bytes: number}} Cost
 */

/** Estimated size of the headers of a request and its response, bytes. A page cannot measure them. */
const HEADS = 650;
/** Overhead of a WebSocket frame, bytes: four from the server, eight from the client, which masks it. */
const FRAME_IN = 4;
const FRAME_OUT = 8;

/** Simulated faults of the network: a cut, and a proxy that blocks WebSockets. */
export class Switches {
  isCut = false;
  blocksSockets = false;
  /** Open requests and sockets. @type {Set<{cut: () => void, isSocket: boolean}>} */
  open = new Set();

  cut() {
    this.isCut = true;
    this.open.forEach((one) => one.cut());
  }

  restore() {
    this.isCut = false;
  }

  /** @param {boolean} blocks */
  block(blocks) {
    this.blocksSockets = blocks;
    if (blocks) {
      this.open.forEach((one) => one.isSocket && one.cut());
    }
  }
}

/**
 * Returns an environment that counts the requests and bytes of one transport and applies the simulated faults.
 *
 * @param {Env} env
 * @param {Switches} switches
 * @param {Cost} cost
 * @returns {Env}
 */
export function measured(env, switches, cost) {
  return {
    ...env,
    fetch: (address, init) => measuredFetch(env, switches, cost, address, init),
    socket: (address, protocols) => measuredSocket(env, switches, cost, address, protocols),
  };
}

/**
 * @param {Env} env
 * @param {Switches} switches
 * @param {Cost} cost
 * @param {string} address
 * @param {any} init
 */
async function measuredFetch(env, switches, cost, address, init) {
  if (switches.isCut) {
    throw new TypeError('The network is cut');
  }
  cost.requests++;
  cost.bytes += HEADS + (init.body?.length ?? 0);
  const abort = new AbortController();
  init.signal?.addEventListener('abort', () => abort.abort());
  const entry = { isSocket: false, cut: () => abort.abort() };
  switches.open.add(entry);
  try {
    const response = await env.fetch(address, { ...init, signal: abort.signal });
    const counting = new TransformStream({
      transform(chunk, chunks) {
        cost.bytes += chunk.length;
        chunks.enqueue(chunk);
      },
      flush: () => void switches.open.delete(entry),
    });
    return new Response(response.body?.pipeThrough(counting) ?? null, {
      status: response.status,
      headers: response.headers,
    });
  } catch (error) {
    switches.open.delete(entry);
    throw error;
  }
}

/**
 * @param {Env} env
 * @param {Switches} switches
 * @param {Cost} cost
 * @param {string} address
 * @param {string[]} protocols
 * @returns {import('../liveline/browser.js').SocketLike}
 */
function measuredSocket(env, switches, cost, address, protocols) {
  if (switches.isCut || switches.blocksSockets || !env.socket) {
    return refusedSocket(env);
  }
  cost.requests++;
  cost.bytes += HEADS;
  const real = env.socket(address, protocols);
  /** @type {import('../liveline/browser.js').SocketLike} */
  const socket = {
    onmessage: null,
    onclose: null,
    send: (text) => {
      cost.bytes += text.length + FRAME_OUT;
      real.send(text);
    },
    close: (code) => {
      switches.open.delete(entry);
      real.close(code);
    },
  };
  const entry = {
    isSocket: true,
    cut: () => {
      real.onmessage = real.onclose = null;
      real.close();
      switches.open.delete(entry);
      socket.onclose?.({});
    },
  };
  switches.open.add(entry);
  real.onmessage = (event) => {
    cost.bytes += event.data.length + FRAME_IN;
    socket.onmessage?.(event);
  };
  real.onclose = (event) => {
    switches.open.delete(entry);
    socket.onclose?.(event);
  };
  return socket;
}

/**
 * @param {Env} env
 * @returns {import('../liveline/browser.js').SocketLike}
 */
function refusedSocket(env) {
  /** @type {import('../liveline/browser.js').SocketLike} */
  const socket = { onmessage: null, onclose: null, send: () => {}, close: () => {} };
  env.after(() => socket.onclose?.({}), 0);
  return socket;
}
