import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, FakeTabs, World } from './world.js';

const of = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, version: 'c-1' }]));

describe('tabs of one browser', () => {
  let world;
  let tabs;
  /** True if tabs that are opened now are visible. */
  let visible;

  beforeEach(() => {
    world = new World();
    tabs = new FakeTabs();
    visible = true;
  });

  /** Opens a tab. */
  function open(name = 'ann') {
    const isVisible = visible;
    return connect({
      name,
      chat: '',
      dashboard: '',
      presence: '',
      env: { ...world.env(), ...tabs.env(), visible: () => isVisible },
    });
  }

  async function openCounters(count) {
    const all = Array.from({ length: count }, () => open().counters(['a']));
    await world.settle();
    return all;
  }

  const openStreams = () => world.streams.filter((stream) => stream.isOpen);

  async function snapshot(values) {
    world.stream.deliver('snapshot', { counters: of(values), cursor: 'c-1' });
    await world.settle();
  }

  test('ten tabs share one stream', async () => {
    const all = await openCounters(10);
    assert.equal(world.streams.length, 1);
    await snapshot({ a: 1 });
    world.stream.deliver('change', { counters: of({ a: 2 }), cursor: 'c-2' });
    await world.settle();
    assert.deepEqual(
      all.map((counters) => [counters.values.a, counters.state]),
      Array(10).fill([2, 'live']),
    );
  });

  test('a later tab receives the current state', async () => {
    const early = await openCounters(2);
    await snapshot({ a: 7 });
    const changes = [];
    early.forEach((counters) => counters.on('change', (change) => changes.push(change)));
    const [late] = await openCounters(1);
    assert.deepEqual(late.values, { a: 7 });
    assert.equal(world.streams.length, 1);
    assert.deepEqual(changes, []);
  });

  test('another tab leads after the leader closes', async () => {
    const [first, second, third] = await openCounters(3);
    await snapshot({ a: 1 });
    first.close();
    await world.settle();
    assert.equal(world.streams.length, 2);
    assert.equal(openStreams().length, 1);
    await snapshot({ a: 5 });
    assert.deepEqual([second.values.a, third.values.a, first.values.a], [5, 5, 1]);
  });

  test('a waiting tab that closes is skipped', async () => {
    const [first, second, third] = await openCounters(3);
    second.close();
    first.close();
    await world.settle();
    assert.equal(openStreams().length, 1);
    await snapshot({ a: 5 });
    assert.equal(third.values.a, 5);
  });

  test('a visible tab replaces a frozen leader', async () => {
    const [frozen, second] = await openCounters(2);
    await snapshot({ a: 1 });
    // Its timers do not run, so it sends no sign of life.
    world.time += 200_000;
    world.dispatch('visibility');
    await world.settle();
    assert.equal(openStreams().length, 1);
    await snapshot({ a: 2 });
    assert.deepEqual([second.values.a, frozen.values.a], [2, 2]);
  });

  describe('share', () => {
    const token = (sub) => `x.${btoa(JSON.stringify({ sub, exp: 2_000_000_000 }))}.y`;

    /** Opens counters and a room's people in a tab for each of these options. */
    async function openEach(...all) {
      for (const options of all) {
        const live = connect({
          name: 'ann',
          at: 'https://live.test',
          env: { ...world.env(), ...tabs.env() },
          ...options,
        });
        live.counters(['a']);
        live.presence('lobby');
      }
      await world.settle();
    }

    beforeEach(() => {
      world.serve('GET', '/rooms/lobby/presence', () => new Promise(() => {}));
      world.serve('GET', '/b/rooms/lobby/presence', () => new Promise(() => {}));
      world.serve('GET', '/b/counters/stream', (request) => world.streamOf(request));
    });

    for (const [what, isShared, ...two] of [
      ['one guest', true, {}, {}],
      ['two guests', false, { name: 'ann' }, { name: 'bob' }],
      ['two servers', false, { at: 'https://live.test' }, { at: 'https://other.test' }],
      ['two folders of a server', false, { at: 'https://live.test/b' }, { at: 'https://live.test' }],
      ['two services', false, { dashboard: 'https://d.test', presence: 'https://p.test' }, {}],
      ['one account under two names', true, { token: token('1'), name: 'a' }, { token: token('1'), name: 'b' }],
      ['two accounts under one name', false, { token: token('1') }, { token: () => token('2') }],
      ['a guest and an account', false, {}, { token: token('ann') }],
      ['tokens that tell no account', false, { token: 'opaque' }, { token: 'opaque' }],
    ]) {
      test(`${isShared ? '' : 'nothing: '}${what}`, async () => {
        await openEach(...two);
        assert.equal(world.streams.length, isShared ? 1 : 2);
        const rooms = world.requests.filter(({ method, path }) => method === 'GET' && path.includes('/rooms/'));
        assert.equal(rooms.length, isShared ? 1 : 2);
      });
    }
  });

  test('wait for the token before they share, and try again if it cannot be had', async () => {
    let attempts = 0;
    const token = async () => {
      if (++attempts < 3) {
        throw new Error('no network');
      }
      return `x.${btoa(JSON.stringify({ sub: '1', exp: 2_000_000_000 }))}.y`;
    };
    const env = { ...world.env(), ...tabs.env() };
    const counters = connect({ name: 'ann', token, chat: '', dashboard: '', presence: '', env }).counters();
    await world.settle();
    assert.equal(counters.state, 'offline');
    for (let i = 0; i < 60 && !world.stream; i++) {
      await world.pass(500);
    }
    await snapshot({ a: 1 });
    assert.equal(counters.state, 'live');
  });

  describe('whose browser refuses locks', () => {
    beforeEach(() => {
      tabs.refusal = new DOMException('Access to the Locks API is denied in this context.', 'SecurityError');
    });

    test('each lead alone, and ask once', async () => {
      const all = await openCounters(2);
      assert.equal(world.streams.length, 2);
      for (const stream of world.streams) {
        stream.deliver('snapshot', { counters: of({ a: 1 }), cursor: 'c-1' });
      }
      await world.settle();
      await world.pass(10_000);
      assert.deepEqual(
        all.map(({ values, state }) => [values.a, state]),
        Array(2).fill([1, 'live']),
      );
      assert.equal(tabs.asked, 2);
    });

    test('lead alone from the moment at which it is refused', async () => {
      tabs.refusal = undefined;
      const [first, second] = await openCounters(2);
      await snapshot({ a: 1 });
      tabs.reject(new DOMException('The document is not active', 'InvalidStateError'));
      await world.settle();
      await world.pass(5_000);
      assert.equal(openStreams().length, 2);
      assert.equal(tabs.asked, 2);
      first.close();
      second.close();
      await world.settle();
      assert.equal(openStreams().length, 0);
    });

    test('hold the connections of their rooms, as if they were the only one', async () => {
      const log = new FakeLog(world);
      const live = open();
      live.chat('lobby');
      await world.settle();
      for (let i = 0; i < 8; i++) {
        world.sockets.filter((socket) => socket.isOpen).forEach((socket) => socket.break());
        await world.pass(500);
      }
      assert.equal(log.streams.filter((stream) => stream.isOpen).length, 1);
    });
  });

  test('that lose the lead at once wait before they ask for it again', async () => {
    let asked = 0;
    const steal = async (name, options, run) => {
      asked++;
      run({});
      throw new DOMException('stolen', 'AbortError');
    };
    const env = { ...world.env(), locks: { request: steal }, channel: tabs.env().channel };
    connect({ name: 'ann', chat: '', dashboard: '', presence: '', env }).counters();
    await world.pass(10_000);
    assert.ok(asked <= 11, `${asked} requests`);
  });

  test('that are closed say nothing more to the others', async () => {
    const lives = [open(), open()];
    const all = lives.flatMap((live) => [live.counters(['a']), live.presence('lobby')]);
    await world.settle();
    await snapshot({ a: 1 });
    lives[0].close();
    world.dispatch('visibility');
    world.dispatch('hide');
    world.dispatch('show');
    await world.pass(200_000);
    assert.equal(all[0].state, 'closed');
  });

  test('two tabs hold connections without WebSockets, and the others poll', async () => {
    const log = new FakeLog(world);
    const lives = Array.from({ length: 5 }, () => open());
    const texts = lives.map((live) => {
      const received = [];
      live.chat('lobby').on('message', (message) => received.push(message.text));
      return received;
    });
    await world.settle();
    for (let i = 0; i < 8; i++) {
      world.sockets.filter((socket) => socket.isOpen).forEach((socket) => socket.break());
      await world.pass(500);
    }
    assert.equal(log.streams.filter((stream) => stream.isOpen).length, 2);
    log.publish(log.add('one'));
    await world.pass(3_500);
    assert.deepEqual(texts, Array(5).fill(['one']));
    lives.forEach((live) => live.close());
    await world.settle();
    open().chat('lobby');
    for (let i = 0; i < 8; i++) {
      world.sockets.filter((socket) => socket.isOpen).forEach((socket) => socket.break());
      await world.pass(500);
    }
    assert.equal(log.streams.filter((stream) => stream.isOpen).length, 1);
  });

  describe('in one room', () => {
    let held;

    beforeEach(() => {
      held = [];
      const answer = {
        json: { room: 'lobby', online: [{ user: 'bob', name: 'bob', state: 'active', since: 1 }], typing: [] },
        headers: { ETag: '"1"' },
      };
      world.serve('GET', '/rooms/lobby/presence', ({ headers }) =>
        headers.Prefer ? new Promise((resolve) => held.push(resolve)) : answer,
      );
      world.serve('PUT', '/rooms/lobby/presence', () => ({ status: 204, headers: { 'Liveline-Heartbeat': '15' } }));
      world.serve('DELETE', '/rooms/lobby/presence', () => ({ status: 204 }));
    });

    test('they share one poll', async () => {
      const all = Array.from({ length: 10 }, () => open().presence('lobby'));
      await world.settle();
      assert.equal(held.length, 1);
      assert.deepEqual(
        all.map((presence) => presence.online[0]?.user),
        Array(10).fill('bob'),
      );
      held[0]({ json: { online: [], typing: [{ user: 'bob', name: 'bob' }] }, headers: { ETag: '"2"' } });
      await world.settle();
      assert.deepEqual(
        all.map((presence) => presence.typists.length),
        Array(10).fill(1),
      );
    });

    test('each sends its own heartbeats, so that none needs the others to stay', async () => {
      open().presence('lobby');
      await world.settle();
      visible = false;
      const hidden = open().presence('lobby');
      await world.pass(31_000);
      const tabOf = ({ address }) => new URL(address).searchParams.get('tab');
      const beats = world.made('PUT', '/rooms/lobby/presence');
      const names = [...new Set(beats.map(tabOf))];
      assert.deepEqual(
        names.map((name) => beats.filter((beat) => tabOf(beat) === name).map(({ json }) => json.state)),
        [Array(3).fill('active'), Array(3).fill('away')],
      );
      hidden.leave();
      await world.settle();
      assert.equal(tabOf(world.made('DELETE', '/rooms/lobby/presence')[0]), names[1]);
    });
  });

  test('all learn that the roster is refused, and none writes to a closed channel', async () => {
    world.serve('GET', '/rooms/lobby/presence', () => ({ status: 403, json: { code: 'forbidden', detail: 'no' } }));
    world.serve('PUT', '/rooms/lobby/presence', () => ({ status: 204 }));
    const uncaught = [];
    const onUncaught = (error) => uncaught.push(error);
    process.on('unhandledRejection', onUncaught);
    const errors = [];
    for (let tab = 0; tab < 3; tab++) {
      open()
        .presence('lobby')
        .on('error', (error) => errors.push(error.code));
    }
    await world.settle();
    process.off('unhandledRejection', onUncaught);
    assert.deepEqual(errors, ['forbidden', 'forbidden', 'forbidden']);
    assert.deepEqual(uncaught, []);
  });
});
