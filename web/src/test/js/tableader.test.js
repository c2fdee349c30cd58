import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, FakeTabs, World } from './world.js';

const of = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, version: 'c-1' }]));

describe('tabs of one browser', () => {
  let world;
  let tabs;
  /** Whether the tabs that are opened now are looked at. */
  let visible;

  beforeEach(() => {
    world = new World();
    tabs = new FakeTabs();
    visible = true;
  });

  /** A tab of its own. */
  function open(name = 'ann') {
    const isVisible = visible;
    return connect({ name, chat: '', dashboard: '', presence: '', env: { ...world.env(), ...tabs.env(), visible: () => isVisible } });
  }

  async function openCounters(count) {
    const all = Array.from({ length: count }, () => open().counters(['a']));
    await world.settle();
    return all;
  }

  const openStreams = () => world.streams.filter((stream) => stream.readyState !== 2);

  test('ten of them keep one stream open, and all hear it', async () => {
    const all = await openCounters(10);
    assert.equal(world.streams.length, 1);
    world.stream.say('snapshot', { counters: of({ a: 1 }) });
    world.stream.say('change', { counters: of({ a: 2 }) });
    await world.settle();
    assert.deepEqual(all.map((counters) => [counters.values.a, counters.state]), Array(10).fill([2, 'live']));
  });

  test('one that comes later hears what the others know', async () => {
    const early = await openCounters(2);
    world.stream.say('snapshot', { counters: of({ a: 7 }) });
    await world.settle();
    const changes = [];
    early.forEach((counters) => counters.on('change', (change) => changes.push(change)));
    const [late] = await openCounters(1);
    assert.deepEqual(late.values, { a: 7 });
    assert.equal(world.streams.length, 1);
    assert.deepEqual(changes, []);
  });

  test('when the one that leads goes, another takes over', async () => {
    const [first, second, third] = await openCounters(3);
    world.stream.say('snapshot', { counters: of({ a: 1 }) });
    await world.settle();
    first.close();
    await world.settle();
    assert.equal(world.streams.length, 2);
    assert.equal(openStreams().length, 1);
    world.stream.say('snapshot', { counters: of({ a: 5 }) });
    await world.settle();
    assert.deepEqual([second.values.a, third.values.a, first.values.a], [5, 5, 1]);
  });

  test('one that waits and goes is passed over', async () => {
    const [first, second, third] = await openCounters(3);
    second.close();
    first.close();
    await world.settle();
    assert.equal(openStreams().length, 1);
    world.stream.say('snapshot', { counters: of({ a: 5 }) });
    assert.equal(third.values.a, 5);
  });

  test('one that leads and is frozen is replaced by one that somebody looks at', async () => {
    const [frozen, second] = await openCounters(2);
    world.stream.say('snapshot', { counters: of({ a: 1 }) });
    await world.settle();
    // Its timers stand still, so no pulse comes.
    world.time += 200_000;
    world.tell('visibility');
    await world.settle();
    assert.equal(openStreams().length, 1);
    world.stream.say('snapshot', { counters: of({ a: 2 }) });
    await world.settle();
    assert.deepEqual([second.values.a, frozen.values.a], [2, 2]);
  });

  test('people do not share what another may not see', async () => {
    open('ann').counters(['a']);
    open('bob').counters(['a']);
    await world.settle();
    assert.equal(world.streams.length, 2);
  });

  test('where WebSockets are blocked, two hold a connection for their room, and the others ask now and then', async () => {
    const log = new FakeLog(world);
    const lives = Array.from({ length: 5 }, () => open());
    const texts = lives.map((live) => {
      const heard = [];
      live.chat('lobby').on('message', (message) => heard.push(message.text));
      return heard;
    });
    await world.settle();
    for (let i = 0; i < 8; i++) {
      world.sockets.filter((socket) => socket.isOpen).forEach((socket) => socket.break());
      await world.pass(500);
    }
    assert.equal(log.streams.filter((stream) => stream.isOpen).length, 2);
    log.tell(log.add('one'));
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
      const answer = { json: { room: 'lobby', online: [{ user: 'bob', name: 'bob', state: 'active', since: 1 }], typing: [] }, headers: { ETag: '"1"' } };
      world.serve('GET', '/rooms/lobby/presence', ({ headers }) => (headers.Prefer ? new Promise((resolve) => held.push(resolve)) : answer));
      world.serve('PUT', '/rooms/lobby/presence', () => ({ status: 204, headers: { 'Liveline-Heartbeat': '15' } }));
      world.serve('DELETE', '/rooms/lobby/presence', () => ({ status: 204 }));
    });

    const beats = () => world.made('PUT', '/rooms/lobby/presence').map((request) => request.json.state);

    test('they hold one poll', async () => {
      const all = Array.from({ length: 10 }, () => open().presence('lobby'));
      await world.settle();
      assert.equal(held.length, 1);
      assert.deepEqual(all.map((presence) => presence.online[0]?.user), Array(10).fill('bob'));
      held[0]({ json: { online: [], typing: [{ user: 'bob', name: 'bob' }] }, headers: { ETag: '"2"' } });
      await world.settle();
      assert.deepEqual(all.map((presence) => presence.typists.length), Array(10).fill(1));
    });

    test('a hidden one does not make away who looks at another', async () => {
      open().presence('lobby');
      await world.settle();
      visible = false;
      open().presence('lobby');
      await world.pass(16_000);
      await world.pass(60_000);
      assert.equal(beats().slice(1).filter((state) => state === 'away').length <= 1, true);
      assert.equal(beats().at(-1), 'active');
    });

    test('when one goes, the others say that they are still here', async () => {
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
