import { Backoff } from '../liveline/backoff.js';

/**
 * @typedef {import('../liveline/browser.js').Env} Env
 * @typedef {'connecting' | 'live' | 'offline' | 'unsupported'} SubscriptionState
 */

/** Subscription to one room over one transport. It reconnects by itself and resumes at its cursor. */
export class RoomSubscription {
  #env;
  #open;
  #endpoint;
  #room;
  #onText;
  #backoff;
  /** @type {string} */ #cursor;
  /** @type {import('../liveline/transportconnection.js').TransportConnection | undefined} */ #connection;
  #isOpen = true;
  /** @type {SubscriptionState} */ state = 'connecting';

  /**
   * @param {Env} env
   * @param {import('../liveline/transportconnection.js').OpenConnection} open opens a connection of the transport
   * @param {import('../liveline/transportconnection.js').Endpoint} endpoint
   * @param {{room: string, after: string, onText: (text: string) => void}} subscription
   */
  constructor(env, open, endpoint, { room, after, onText }) {
    this.#env = env;
    this.#open = open;
    this.#endpoint = endpoint;
    this.#room = room;
    this.#cursor = after;
    this.#onText = onText;
    this.#backoff = new Backoff(env.random, 300, 3_000);
    this.#connect();
  }

  close() {
    this.#isOpen = false;
    this.#connection?.close();
  }

  #connect() {
    if (!this.#isOpen) {
      return;
    }
    const connection = this.#open(this.#env, this.#endpoint, {
      ready: () => connection.send({ type: 'join', room: this.#room, after: this.#cursor }),
      frame: (frame) => this.#onFrame(frame),
      closed: ({ why }) => {
        if (why === 'unsupported') {
          this.state = 'unsupported';
          return;
        }
        this.state = 'offline';
        this.#env.after(() => this.#connect(), this.#backoff.next());
      },
    });
    this.#connection = connection;
  }

  /** @param {import('../liveline/transportconnection.js').Frame} frame */
  #onFrame(frame) {
    if (frame.type === 'joined') {
      this.state = 'live';
      this.#backoff.reset();
    } else if (frame.type === 'message') {
      this.#cursor = frame.cursor;
      this.#onText(frame.text);
    }
  }
}
