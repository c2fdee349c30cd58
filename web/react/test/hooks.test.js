import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';

import { act, h, open, reported } from './page.js';
import { StrictMode, Suspense, use, useState } from 'react';
import { renderToString } from 'react-dom/server';

import { chat, connect, createClient } from '../../src/main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from '../../src/test/js/world.js';
import {
  LivelineProvider,
  useConnection,
  useCounters,
  useMessages,
  usePresence,
  useRoom,
  useSend,
  useTyping,
} from '../dist/index.js';

const LINGER_MS = 3_000;
const ROSTER = '/rooms/lobby/presence';

describe('the hooks', () => {
  let world;
  let log;
  let live;
  let page;
  /** What the last render of a component got from its hooks. */
  let got;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    world = new World();
    log = new FakeLog(world);
    log.add('first');
    world.serve('GET', ROSTER, ({ headers }) =>
      headers['If-None-Match']
        ? new Promise(() => {})
        : {
            json: { online: [{ user: 'bob', name: 'bob' }], typing: [{ user: 'bob', name: 'bob' }] },
            headers: { ETag: '"1"' },
          },
    );
    world.serve('PUT', '/rooms/lobby', () => ({ status: 204 }));
    world.serve('DELETE', '/rooms/lobby', () => ({ status: 204 }));
    live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
    got = {};
  });

  afterEach(async () => {
    await page?.close();
    page = undefined;
    live.close();
    mock.timers.reset();
    assert.deepEqual(reported, []);
  });

  const provide = (...children) => h(StrictMode, null, h(LivelineProvider, { client: live }, ...children));
  const settle = () => act(() => world.settle());
  const pass = (ms) => act(() => world.pass(ms));
  const frame = (type, more) => act(async () => world.socket.deliver({ type, room: 'lobby', ...more }));
  /** Passes the time of the hooks. */
  const linger = () => act(async () => mock.timers.tick(LINGER_MS));

  async function show(...children) {
    page = await open(provide(...children));
    await settle();
  }
  async function joined() {
    await act(async () => world.socket.deliver(WELCOME));
    await frame('joined', { cursor: log.end, recovered: true, members: [{ user: 'ann', name: 'ann' }] });
  }

  /** Component that keeps what a hook returns, and counts its renders. */
  function probe(name, hook) {
    return function Probe() {
      got[name] = hook();
      got[`${name} renders`] = (got[`${name} renders`] ?? 0) + 1;
      return null;
    };
  }
  const Room = probe('room', () => useRoom('lobby'));
  const Messages = probe('messages', () => useMessages('lobby'));
  const Send = probe('send', () => useSend('lobby'));
  const Presence = probe('presence', () => usePresence('lobby'));
  const Typing = probe('typing', () => useTyping('lobby'));
  const Banner = probe('connection', () => useConnection());

  const texts = () => got.messages.messages.map(({ text }) => text);

  test('share one connection and one room between two widgets in StrictMode', async () => {
    await show(h(Room), h(Messages), h(Send));
    await joined();
    assert.equal(world.sockets.length, 1);
    assert.equal(world.socket.sentOf('join').length, 1);
    assert.equal(world.socket.sentOf('leave').length, 0);
    assert.equal(got.room.state, 'live');
    assert.deepEqual(got.room.members, [{ user: 'ann', name: 'ann' }]);
    assert.equal(got.room.room.name, 'lobby');
    assert.deepEqual(texts(), ['first']);
  });

  test('render only who uses what has changed', async () => {
    await show(h(Room), h(Messages), h(Banner));
    await joined();
    const before = { ...got };
    await frame('message', log.add('second'));
    assert.deepEqual(texts(), ['first', 'second']);
    assert.equal(got['messages renders'] > before['messages renders'], true);
    assert.equal(got['room renders'], before['room renders']);
    assert.equal(got['connection renders'], before['connection renders']);
  });

  test('keep the room and the socket when a route changes, and leave the room after it', async () => {
    await show(h(Room));
    await joined();
    const { room } = got.room;
    await page.show(provide(h(Banner)));
    await act(async () => mock.timers.tick(LINGER_MS - 1));
    await page.show(provide(h(Messages), h(Room)));
    assert.equal(got.room.room, room);
    await linger();
    await pass(2 * LINGER_MS);
    assert.deepEqual(texts(), ['first']);
    assert.equal(world.socket.sentOf('leave').length, 0);

    await page.show(provide(h(Banner)));
    await linger();
    await pass(2 * LINGER_MS);
    assert.equal(world.socket.sentOf('leave').length, 1);
    assert.equal(world.socket.isOpen, false);
    assert.equal(world.sockets.length, 1);
    assert.equal(got.connection.state, 'idle');

    await page.show(provide(h(Messages)));
    await settle();
    await joined();
    assert.deepEqual(texts(), ['first']);
  });

  test('open nothing on a server, whose HTML the browser takes over', async () => {
    const Page = () => {
      const { state, messages } = { ...useRoom('lobby'), ...useMessages('lobby') };
      const { online } = usePresence('lobby');
      const { values } = useCounters(['a']);
      return `${useConnection().state} ${state} ${messages.length} ${online.length} ${Object.keys(values).length}`;
    };
    const html = renderToString(provide(h(Page)));
    assert.equal(html, 'idle connecting 0 0 0');
    assert.deepEqual([world.requests, world.sockets, live.connection.state], [[], [], 'idle']);
    page = await open(provide(h(Page)), html);
    await settle();
    await joined();
    assert.equal(page.text(), 'connecting live 1 1 0');
  });

  test('show a message as pending until the room has it, in no moment twice or not at all', async () => {
    const seen = [];
    const Both = () => {
      const { messages } = useMessages('lobby');
      const { pending, send } = useSend('lobby');
      got.send = send;
      seen.push([...messages.slice(1).map(({ text }) => text), ...pending.map(({ text }) => `… ${text}`)].join());
      return null;
    };
    await show(h(Both));
    await joined();
    let sent;
    await act(async () => void (sent = got.send('hello')));
    const [post] = world.socket.sentOf('post');
    await frame('posted', { id: post.id, cursor: 'e1-2' });
    await frame('message', log.add('hello', 'ann', post.id));
    assert.equal(await sent, true);
    const changes = seen.filter((now, at) => now !== seen[at - 1]);
    assert.deepEqual(changes, ['', '… hello', 'hello']);
  });

  test('keep a message that the server refuses, with the reason, until it is repeated under its id or given up', async () => {
    await show(h(Messages), h(Send));
    await joined();
    let sent;
    await act(async () => void (sent = got.send.send('too long')));
    const [post] = world.socket.sentOf('post');
    await frame('error', { id: post.id, code: 'too_long', detail: 'no' });
    assert.equal(await sent, false);
    const [{ content, error, retry }] = got.send.pending;
    assert.deepEqual([content, error.code], ['too long', 'too_long']);

    await act(async () => void retry());
    assert.deepEqual([got.send.pending.length, got.send.pending[0].error], [1, undefined]);
    assert.equal(world.socket.sentOf('post')[1].id, post.id);
    await frame('error', { id: post.id, code: 'too_long', detail: 'no' });
    await act(async () => got.send.pending[0].discard());
    assert.deepEqual(got.send.pending, []);
  });

  test('stay in the room until a message is in the log that was sent by a component that is gone', async () => {
    await show(h(Send));
    await joined();
    let sent;
    await act(async () => void (sent = got.send.send('bye')));
    await page.show(provide(h(Banner)));
    await linger();
    await pass(2 * LINGER_MS);
    assert.equal(world.socket.sentOf('leave').length, 0);
    const [post] = world.socket.sentOf('post');
    await frame('posted', { id: post.id, cursor: 'e1-2' });
    assert.equal(await sent, true);
  });

  test('load older messages', async () => {
    for (let i = 2; i <= 60; i++) {
      log.add(`text ${i}`);
    }
    await show(h(Messages));
    await joined();
    assert.deepEqual([got.messages.hasOlder, texts()[0]], [true, 'text 11']);
    let loaded;
    await act(async () => {
      loaded = got.messages.loadOlder();
      await Promise.resolve();
    });
    await act(() => loaded);
    assert.deepEqual([got.messages.hasOlder, got.messages.isLoading, texts()[0]], [false, false, 'first']);
  });

  test('work beside a component that suspends, at first and later', async () => {
    let resolve;
    let setPending;
    const first = new Promise((done) => (resolve = done));
    const Slow = () => {
      const [pending, set] = useState(first);
      setPending = set;
      return use(pending);
    };
    await show(h(Suspense, { fallback: 'wait' }, h(Messages), h(Slow)));
    assert.equal(page.text(), 'wait');
    await act(async () => resolve('done'));
    await settle();
    await joined();
    assert.deepEqual(texts(), ['first']);
    await act(async () => setPending(new Promise((done) => (resolve = done))));
    await linger();
    await frame('message', log.add('second'));
    await act(async () => resolve('again'));
    await settle();
    assert.equal(page.text(), 'again');
    assert.deepEqual(texts(), ['first', 'second']);
    assert.equal(world.sockets.length, 1);
  });

  test('are one person with one heartbeat, however many components show people', async () => {
    await show(h(Presence), h(Typing), h(Presence));
    assert.deepEqual(
      [got.presence.state, got.presence.online[0].name, got.typing.typists[0].name],
      ['live', 'bob', 'bob'],
    );
    assert.equal(world.made('PUT', ROSTER).length, 1);
    await act(async () => got.typing.typing());
    await settle();
    assert.equal(world.made('PUT', '/rooms/lobby/typing').length, 1);
    assert.equal(world.made('DELETE', '/rooms/lobby').length, 0);
  });

  test('keep one stream of counters, whatever the order of the names and of the renders', async () => {
    const A = probe('a', () => useCounters(['x', 'y']));
    const B = probe('b', () => useCounters(['y', 'x']));
    await show(h(A), h(B));
    const counters = { x: { value: 1 } };
    await act(async () => world.stream.deliver('snapshot', { counters, cursor: 'e1-1' }));
    await settle();
    assert.deepEqual([got.a.values, got.a.state], [{ x: 1 }, 'live']);
    assert.equal(got.b.counters, got.a.counters);
    assert.equal(world.streams.length, 1);
  });

  test('return bigints to who asks for them', async () => {
    const Big = probe('big', () => useCounters(['x'], { bigint: true }));
    const Small = probe('small', () => useCounters(['x']));
    await show(h(Big), h(Small));
    for (const stream of world.streams) {
      await act(async () => stream.deliver('snapshot', { counters: { x: { value: 1 } }, cursor: 'e1-1' }));
    }
    await settle();
    assert.deepEqual([got.big.values, got.small.values], [{ x: 1n }, { x: 1 }]);
  });

  test('tell why a room refuses the user', async () => {
    await show(h(Room), h(Messages));
    await joined();
    await frame('error', { code: 'forbidden', detail: 'no' });
    assert.deepEqual(
      [got.room.state, got.room.error.code, got.messages.error.code],
      ['refused', 'forbidden', 'forbidden'],
    );
  });

  test('have a banner that says what is wrong', async () => {
    await show(h(Room), h(Banner));
    await joined();
    assert.equal(got.connection.state, 'live');
    await act(async () => world.dispatch('offline'));
    assert.deepEqual(
      [got.connection.state, got.connection.reason, got.connection.since],
      ['offline', 'network', world.time],
    );
  });

  test('follow another client', async () => {
    await show(h(Room));
    await joined();
    const first = world.socket;
    const other = connect({ name: 'bob', chat: '', dashboard: '', presence: '', env: world.env() });
    await act(async () => live.close());
    live = other;
    await page.show(provide(h(Room)));
    await settle();
    await joined();
    assert.equal(first.isOpen, false);
    assert.deepEqual([got.room.state, world.socket.address.includes('name=bob')], ['live', true]);
  });

  test('say what is missing', () => {
    assert.throws(() => renderToString(h(Room)), /There is no <LivelineProvider/);
    live = createClient({ name: 'ann', env: world.env() }, chat);
    assert.throws(() => renderToString(provide(h(Presence))), /The client has no presence/);
  });
});
