import { Backoff } from '../liveline/backoff.js';

/**
 * @typedef {import('../liveline/browser.js').Env} Env
 * @typedef {'connecting' | 'live' | 'offline' | 'unsupported'} CarrierState
 */

/** Carries one room's events over one transport for as long as it is open, and goes on from its cursor after a break. */
export class Carrier {
  #env;
  #open;
  #where;
  #room;
  #heard;
  #backoff;
  /** @type {string} */ #cursor;
  /** @type {import('../liveline/transportconnection.js').TransportConnection | undefined} */ #line;
  #isOpen = true;
  /** @type {CarrierState} */ state = 'connecting';

  /**
   * @param {Env} env
   * @param {import('../liveline/transportconnection.js').OpenConnection} open the transport
   * @param {import('../liveline/transportconnection.js').Endpoint} where
   * @param {{room: string, after: string, heard: (text: string) => void}} what
   */
  constructor(env, open, where, { room, after, heard }) {
    this.#env = env;
    this.#open = open;
    this.#where = where;
    this.#room = room;
    this.#cursor = after;
    this.#heard = heard;
    this.#backoff = new Backoff(env.random, 300, 3_000);
    this.#connect();
  }

  close() {
    this.#isOpen = false;
    this.#line?.close();
  }

  #connect() {
    if (!this.#isOpen) {
      return;
    }
    const line = this.#open(this.#env, this.#where, {
      ready: () => line.send({ type: 'join', room: this.#room, after: this.#cursor }),
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
    this.#line = line;
  }

  /** @param {import('../liveline/transportconnection.js').Frame} frame */
  #onFrame(frame) {
    if (frame.type === 'joined') {
      this.state = 'live';
      this.#backoff.reset();
    } else if (frame.type === 'message') {
      this.#cursor = frame.cursor;
      this.#heard(frame.text);
    }
  }
}
