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

  const openStreams = () => world.streams.filter((stream) => stream.readyState !== 2);

  test('ten tabs share one stream', async () => {
    const all = await openCounters(10);
    assert.equal(world.streams.length, 1);
    world.stream.deliver('snapshot', { counters: of({ a: 1 }) });
    world.stream.deliver('change', { counters: of({ a: 2 }) });
    await world.settle();
    assert.deepEqual(
      all.map((counters) => [counters.values.a, counters.state]),
      Array(10).fill([2, 'live']),
    );
  });

  test('a later tab receives the current state', async () => {
    const early = await openCounters(2);
    world.stream.deliver('snapshot', { counters: of({ a: 7 }) });
    await world.settle();
    const changes = [];
    early.forEach((counters) => counters.on('change', (change) => changes.push(change)));
    const [late] = await openCounters(1);
    assert.deepEqual(late.values, { a: 7 });
    assert.equal(world.streams.length, 1);
    assert.deepEqual(changes, []);
  });

  test('another tab leads after the leader closes', async () => {
    const [first, second, third] = await openCounters(3);
    world.stream.deliver('snapshot', { counters: of({ a: 1 }) });
    await world.settle();
    first.close();
    await world.settle();
    assert.equal(world.streams.length, 2);
    assert.equal(openStreams().length, 1);
    world.stream.deliver('snapshot', { counters: of({ a: 5 }) });
    await world.settle();
    assert.deepEqual([second.values.a, third.values.a, first.values.a], [5, 5, 1]);
  });

  test('a waiting tab that closes is skipped', async () => {
    const [first, second, third] = await openCounters(3);
    second.close();
    first.close();
    await world.settle();
    assert.equal(openStreams().length, 1);
    world.stream.deliver('snapshot', { counters: of({ a: 5 }) });
    assert.equal(third.values.a, 5);
  });

  test('a visible tab replaces a frozen leader', async () => {
    const [frozen, second] = await openCounters(2);
    world.stream.deliver('snapshot', { counters: of({ a: 1 }) });
    await world.settle();
    // Its timers do not run, so it sends no sign of life.
    world.time += 200_000;
    world.dispatch('visibility');
    await world.settle();
    assert.equal(openStreams().length, 1);
    world.stream.deliver('snapshot', { counters: of({ a: 2 }) });
    await world.settle();
    assert.deepEqual([second.values.a, frozen.values.a], [2, 2]);
  });

  test('two users do not share a stream', async () => {
    open('ann').counters(['a']);
    open('bob').counters(['a']);
    await world.settle();
    assert.equal(world.streams.length, 2);
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

    const beats = () => world.made('PUT', '/rooms/lobby/presence').map((request) => request.json.state);

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

    test('a hidden tab does not make a user away who looks at another', async () => {
      open().presence('lobby');
      await world.settle();
      visible = false;
      open().presence('lobby');
      await world.pass(16_000);
      await world.pass(60_000);
      assert.equal(
        beats()
          .slice(1)
          .filter((state) => state === 'away').length <= 1,
        true,
      );
      assert.equal(beats().at(-1), 'active');
    });

    test('the others send a heartbeat after one closes', async () => {
      const first = open().presence('lobby');
      open().presence('lobby');
      await world.settle();
      const before = beats().length;
      first.leave();
      await world.pass(1_000);
      assert.equal(beats().length, before + 1);
    });
  });
});
