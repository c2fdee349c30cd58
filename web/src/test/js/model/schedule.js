import assert from 'node:assert/strict';

import { connect } from '../../../main/resources/META-INF/resources/liveline.js';
import { Clock, randomOf } from './clock.js';
import { PlayedNetwork } from './playednetwork.js';
import { PlayedServer } from './playedserver.js';

/** Time after which everything is as it should be, once nothing fails any more, ms: the longest wait of a refused room. */
const HEALED_MS = 400_000;
/** Longest time for which a room may seem live on a dead link, ms: a held poll and its grace. */
const BLIND_MS = 45_000;
/** Time for which an operation is repeated at least, ms. */
const REPEATABLE_MS = 8 * 60_000;
/** Interval of looks at the states, ms. */
const LOOK_MS = 5_000;
/** Most requests in ten seconds, beside those that the application causes. */
const MAX_REQUESTS = 40;
/** Most requests for an operation of anybody in ten seconds: attempts, and polls that it ends. */
const MAX_PER_OPERATION = 4;
/** Reasons for which an operation may fail. */
const ALLOWED = {
  left: (page) => page.hasLeft,
  uncertain: (page, { at, settledAt }) => page.forwardMs + settledAt - at > REPEATABLE_MS,
  forbidden: (page) => page.wasForbidden,
  deleted: (page, operation) => operation.type === 'edit' && page.server.log.some(isDeletionOf(operation.message)),
};

const UNKNOWN = 'unknown';
const isDeletionOf = (message) => (event) => event.type === 'deleted' && event.message === message;
const offsetOf = (cursor) => Number(cursor.split('-')[1]);

/** One user with one page, and what is known about both. */
class Page {
  /** Operations in the order of their calls: {type, message, text, at, result or code, settledAt}. */
  operations = [];
  handles = [];
  hasLeft = false;
  /** Time by which the clock was set forward, or that the computer slept, ms. */
  forwardMs = 0;
  wasForbidden = false;
  /** Pages of the room. @type {Page[]} */
  room;
  /** Time since which the link has been dead. @type {number | undefined} */
  deadSince;

  constructor(clock, server, user, random, usesToken) {
    this.clock = clock;
    this.server = server;
    this.user = user;
    this.network = new PlayedNetwork(clock, server, user, random);
    const options = { name: user, chat: '', dashboard: '', presence: '', env: this.network.env() };
    this.live = connect(usesToken ? { ...options, token: () => this.network.token() } : options);
    this.open();
  }

  get handle() {
    return this.handles.at(-1).room;
  }

  open() {
    const room = this.live.chat('lobby');
    const received = [];
    room.on('message', (message) => received.push(message.cursor));
    room.on('gap', () => received.push('gap'));
    this.handles.push({ room, received });
  }

  leave() {
    this.hasLeft = true;
    this.handle.leave();
  }

  post() {
    this.#operate({ type: 'post', text: `${this.user} ${this.operations.length}` }, ({ text }) => this.handle.post(text));
  }

  /** Edits or deletes one of the own messages that the page knows. */
  change(type, which) {
    const own = this.operations.filter((operation) => operation.type === 'post' && operation.result);
    if (own.length > 0) {
      const message = own[which % own.length].result.cursor;
      const text = type === 'edit' ? `edit ${this.operations.length}` : undefined;
      this.#operate({ type, message, text }, () =>
        type === 'edit' ? this.handle.edit(message, text) : this.handle.delete(message),
      );
    }
  }

  #operate(operation, run) {
    if (this.handle.state !== 'left') {
      this.operations.push(Object.assign(operation, { at: this.clock.time }));
      const settle = (how) => Object.assign(operation, how, { settledAt: this.clock.time });
      run(operation).then(
        (result = true) => settle({ result }),
        ({ code }) => settle({ code }),
      );
    }
  }

  /** Checks that the state is not live on a link that has been dead for long. */
  look() {
    const deadMs = this.clock.time - (this.deadSince ?? this.clock.time);
    if (deadMs > BLIND_MS) {
      assert.notEqual(this.handle.state, 'live', `live for ${deadMs} ms on a dead link`);
    }
  }

  //-- What must hold at the end

  check() {
    this.#checkOperations();
    this.#checkOrder();
    this.#checkTexts();
    this.handles.forEach((handle) => this.#checkReceived(handle));
    this.#checkRate();
    if (this.handle.state !== 'left') {
      assert.equal(this.handle.state, 'live');
      const shown = this.handle.messages.map(({ cursor, text }) => [cursor, text]);
      const all = this.server.log.filter(({ type }) => type === 'message').map(({ cursor, text }) => [cursor, text]);
      assert.deepEqual(shown, shown.length === 0 ? [] : all.slice(-shown.length), 'messages are the newest of the log');
    }
  }

  /** Every operation is settled: fulfilled exactly if it is in the log, once; rejected for a reason that there was. */
  #checkOperations() {
    for (const operation of this.operations) {
      const { type, text, message, result, code } = operation;
      const what = `${this.user}: ${JSON.stringify(operation)}`;
      assert.ok(result !== undefined || code !== undefined, `is settled: ${what}`);
      const found = this.#eventsOf(operation);
      if (result !== undefined) {
        const isDone = type === 'delete' ? this.server.log.some(isDeletionOf(message)) : found.length === 1;
        assert.ok(isDone, `is ${found.length} times in the log: ${what}`);
      } else {
        assert.ok(ALLOWED[code]?.(this, operation), `may not fail so: ${what}`);
        assert.ok(found.length <= 1, `is ${found.length} times in the log: ${what}`);
      }
      if (type === 'post' && result !== undefined) {
        assert.equal(found[0].cursor, result.cursor, what);
        assert.ok(text !== undefined);
      }
    }
  }

  #eventsOf({ type, text, message }) {
    const isOf = {
      post: (event) => event.type === 'message' && this.#originalOf(event) === text,
      edit: (event) => event.type === 'edited' && event.text === text,
      delete: isDeletionOf(message),
    };
    return this.server.log.filter((event) => event.author === this.user && isOf[type](event));
  }

  /** Texts change by edits, so a post is recognized by the text with which it was applied. */
  #originalOf(event) {
    return this.server.original.get(event.cursor);
  }

  /** Fulfilled posts and edits are in the log in the order of their calls. */
  #checkOrder() {
    const at = this.operations
      .filter(({ type, result }) => type !== 'delete' && result !== undefined)
      .map((operation) => offsetOf(this.#eventsOf(operation)[0].cursor));
    assert.deepEqual(at, at.toSorted((a, b) => a - b), `order of ${this.user}`);
  }

  /** The text of a message is that of its last edit. */
  #checkTexts() {
    const last = new Map();
    for (const { type, message, text, code } of this.operations) {
      if (type === 'edit' && code !== 'deleted') {
        // A copy of a request that was rejected may be carried out when the reason is over.
        last.set(message, code === undefined && last.get(message) !== UNKNOWN ? text : UNKNOWN);
      }
    }
    for (const [message, text] of last) {
      const { deleted, text: now } = this.server.log[offsetOf(message) - 1];
      assert.ok(deleted || text === UNKNOWN || now === text, `${message} is ${now}, not ${text}`);
    }
  }

  /** A handle receives the messages in the log's order, each once, and misses none without a gap. */
  #checkReceived({ room, received }) {
    const messages = this.server.log.filter(({ type }) => type === 'message').map(({ cursor }) => cursor);
    let next;
    for (const cursor of received) {
      if (cursor !== 'gap') {
        const at = messages.indexOf(cursor);
        assert.ok(next === undefined || at >= next.from, `${cursor} twice or too late in ${received}`);
        assert.ok(next === undefined || next.gap || at === next.from, `something is missing before ${cursor} in ${received}`);
        next = { from: at + 1, gap: false };
      } else if (next !== undefined) {
        next.gap = true;
      }
    }
    if (room.state === 'live') {
      assert.ok(next === undefined || next.gap || next.from === messages.length, `the newest are missing in ${received}`);
    }
  }

  /** Nothing is requested in a loop. */
  #checkRate() {
    const { requestedAt } = this.network;
    for (let first = 0, last = 0; last < requestedAt.length; last++) {
      while (requestedAt[last] - requestedAt[first] > 10_000) {
        first++;
      }
      const count = last - first + 1;
      if (count > MAX_REQUESTS) {
        const isOpen = ({ at, settledAt }) => at <= requestedAt[last] && settledAt >= requestedAt[first];
        const open = this.room.flatMap(({ operations }) => operations).filter(isOpen).length;
        assert.ok(count <= MAX_REQUESTS + MAX_PER_OPERATION * open, `${count} requests in ten seconds`);
      }
    }
  }
}

/**
 * Plays a schedule and checks what must hold.
 *
 * @param {object} schedule
 * @param {number} schedule.seed seed of the network
 * @param {boolean} schedule.usesToken
 * @param {{lose: number, refuse: number, double: number, slow: number, unclear: number}} schedule.luck probabilities
 * @param {{after: number, page: 0 | 1, do: string, value: number}[]} schedule.steps after: pause before it, ms
 */
export async function play({ seed, usesToken, luck, steps }) {
  const clock = new Clock();
  const server = new PlayedServer(clock);
  const random = randomOf(seed);
  const pages = ['ann', 'bob'].map((user) => new Page(clock, server, user, random, usesToken));
  pages.forEach((page) => {
    page.room = pages;
    page.network.luck = luck;
  });
  let ended = false;
  const look = () => {
    pages.forEach((page) => page.look());
    ended || clock.after(LOOK_MS, look);
  };
  look();
  for (const step of steps) {
    await clock.pass(step.after);
    STEPS[step.do](pages[step.page], step.value);
  }
  pages.forEach(heal);
  await clock.pass(HEALED_MS);
  ended = true;
  pages.forEach((page) => page.check());
  pages.forEach((page) => page.live.close());
  const requests = () => pages.reduce((sum, { network }) => sum + network.requestedAt.length, 0);
  const before = requests();
  await clock.pass(60_000);
  assert.equal(requests(), before, 'a closed client requests nothing');
}

function heal(page) {
  const { network } = page;
  network.luck = { lose: 0, refuse: 0, double: 0, slow: 0, unclear: 0 };
  network.tokensFail = network.blocksSockets = network.buffersStreams = false;
  page.server.forbidden.delete(page.user);
  setLink(page, 'up');
}

function setLink(page, link) {
  const { network } = page;
  if (network.link !== link) {
    network.link = link;
    page.deadSince = link === 'up' ? undefined : (page.deadSince ?? page.clock.time);
    if (link !== 'up') {
      network.cut(link === 'silent');
    }
  }
}

/** What can happen, by name. `value` is at least 0 and below 1. */
export const STEPS = {
  post: (page) => page.post(),
  edit: (page, value) => page.change('edit', Math.floor(value * 100)),
  delete: (page, value) => page.change('delete', Math.floor(value * 100)),
  // Two in a row, as a user who corrects a correction.
  editTwice: (page, value) => [0, 1].forEach(() => page.change('edit', Math.floor(value * 100))),
  burst: (page) => [0, 1, 2, 3].forEach(() => page.post()),
  leave: (page) => page.leave(),
  open: (page) => page.open(),
  cut: (page) => page.network.cut(),
  cutInSilence: (page) => page.network.cut(true),
  linkDown: (page) => setLink(page, 'down'),
  linkSilent: (page) => setLink(page, 'silent'),
  linkUp: (page) => setLink(page, 'up'),
  online: (page) => {
    setLink(page, 'up');
    page.network.dispatch('online');
  },
  offline: (page) => {
    setLink(page, 'down');
    page.network.dispatch('offline');
  },
  blockSockets: (page) => {
    page.network.blocksSockets = true;
    page.network.cut();
  },
  allowSockets: (page) => (page.network.blocksSockets = false),
  bufferStreams: (page) => (page.network.buffersStreams = true),
  passStreams: (page) => (page.network.buffersStreams = false),
  setClock: (page, value) => {
    const offset = Math.round((value - 0.5) * 4 * 3_600_000);
    page.forwardMs += Math.max(0, offset - page.network.clockOffset);
    page.network.clockOffset = offset;
  },
  sleep: (page, value) => {
    const ms = value * 3_600_000;
    page.forwardMs += ms;
    page.network.cut(true);
    page.network.clockOffset += ms;
  },
  forbid: (page) => {
    page.wasForbidden = true;
    page.server.forbidden.add(page.user);
  },
  permit: (page) => page.server.forbidden.delete(page.user),
  tokensFail: (page) => (page.network.tokensFail = true),
  tokensPass: (page) => (page.network.tokensFail = false),
  trim: (page) => (page.server.trimmed = Math.max(page.server.trimmed, page.server.log.length - 2)),
};
