/**
 * Connection to the chat service for any number of rooms. Every connection speaks the frames of the WebSocket; those
 * over HTTP translate. A connection is used once: after it has closed, the next attempt opens a new one.
 *
 * @typedef {import('./browser.js').Env} Env
 * @typedef {'websocket' | 'sse' | 'longpoll'} Transport
 * @typedef {Record<string, any> & {type: string}} Frame JSON document, in either direction
 *
 * @typedef {object} TransportConnection
 * @property {(frame: Frame) => void} send
 * @property {() => void} close closes it; the listener is not called any more
 *
 * @typedef {object} End
 * @property {'cut' | 'refused' | 'silent' | 'unsupported' | 'expired' | 'unready' | 'down'} why
 *     cut: the server had sent something
 *     before; refused: it could not be reached; silent: it sent nothing; unsupported: it does not know this transport;
 *     expired: the token has expired; unready: it was not tried, since the address or the token is missing; down: plain
 *     HTTP gets no answer either
 * @property {number} [retryAfterMs] delay after which a retry makes sense, if the server sent one
 *
 * @typedef {object} ConnectionListener
 * @property {() => void} ready frames may be sent
 * @property {(frame: Frame) => void} frame
 * @property {(end: End) => void} closed the connection failed or ended
 *
 * @typedef {object} Endpoint
 * @property {string} base absolute address of the service, without a slash at its end
 * @property {string} [name] name of the user; not needed with a token
 * @property {string[]} [protocols] the token as WebSocket subprotocols
 *
 * @typedef {(env: Env, endpoint: Endpoint, listener: ConnectionListener) => TransportConnection} OpenConnection
 * @typedef {[transport: Transport, open: OpenConnection]} Rung
 */

export {};
