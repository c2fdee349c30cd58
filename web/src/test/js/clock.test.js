import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, FakeTabs, WELCOME, World } from './world.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const SNAPSHOT = { counters: { a: { value: 1, version: 'c-1' } }, cursor: 'c-1', reset: false };

describe('a clock that is set', () => {
  let world;

  beforeEach(() => {
    world = new World();
    new FakeLog(world);
  });

  const client = (more = {}) =>
    connect({
      name: 'ann',
      chat: '',
      dashboard: '',
      presence: '',
      env: { ...world.env(), ...more.env },
      token: more.token,
    });

  async function joinedRoom() {
    const room = client().chat('lobby');
    await world.settle();
    join();
    return room;
  }

  function join() {
    world.socket.deliver(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true, members: [] });
  }

  test('forward does not close a connection that is alive', async () => {
    await joinedRoom();
    world.clockOffset = HOUR;
    await world.pass(25_000);
    world.socket.deliver({ type: 'heartbeat' });
    await world.pass(25_000);
    assert.equal(world.sockets.length, 1);
  });

  test('back does not keep a connection that is dead', async () => {
    await joinedRoom();
    const dead = world.socket;
    world.clockOffset = -HOUR;
    await world.pass(61_000);
    assert.equal(dead.isOpen, false);
  });

  test('back does not prolong the wait that a server requested before it shut down', async () => {
    await joinedRoom();
    await world.pass(10_000);
    world.socket.deliver({ type: 'reconnect', after_ms: 4_000 });
    world.clockOffset = -HOUR;
    world.socket.break();
    await world.pass(4_000);
    assert.equal(world.sockets.length, 2);
  });

  for (const [direction, offset] of [
    ['back', -HOUR],
    ['forward, or a sleep,', HOUR],
  ]) {
    test(`${direction} does not let a post be repeated after the server has forgotten its id`, async () => {
      const room = await joinedRoom();
      const post = room.post('hello');
      let code;
      post.catch((error) => (code = error.code));
      world.isOnline = false;
      world.socket.break();
      world.clockOffset = offset;
      await world.pass(offset < 0 ? 9 * MINUTE : 5_000);
      world.isOnline = true;
      world.dispatch('online');
      await world.settle();
      join();
      await world.settle();
      assert.equal(code, 'uncertain');
      assert.equal(world.socket.sentOf('post').length, 0);
    });

    test(`${direction} does not let an increment be repeated after the server has forgotten its key`, async () => {
      world.serve('POST', '/counters/a/increments', () => ({ status: 503, json: { code: 'unavailable' } }));
      const increment = client().counters(['a']).increment('a');
      let code;
      increment.catch((error) => (code = error.code));
      await world.settle();
      world.clockOffset = offset;
      await world.pass(offset < 0 ? 2 * MINUTE : 2_000);
      const attempts = world.made('POST', '/counters/a/increments').length;
      await world.pass(10 * MINUTE);
      assert.equal(world.made('POST', '/counters/a/increments').length, attempts);
      assert.equal(code, 'unavailable');
    });

    test(`${direction} does not keep a silent stream of counters when the user returns`, async () => {
      client().counters(['a']);
      await world.settle();
      world.stream.deliver('snapshot', SNAPSHOT);
      await world.settle();
      world.clockOffset = offset;
      await world.pass(offset < 0 ? 31_000 : 1_000);
      world.dispatch('visibility');
      await world.settle();
      assert.equal(world.streams.length, 2);
    });
  }

  test('forward does not take the lead from a tab that is alive', async () => {
    const { locks, channel } = new FakeTabs().env();
    const steals = [];
    const request = (name, options, run) => {
      steals.push(...(options.steal ? [name] : []));
      return locks.request(name, options, run);
    };
    for (let tab = 0; tab < 2; tab++) {
      client({ env: { locks: { request }, channel } }).counters(['a']);
    }
    await world.settle();
    world.clockOffset = 200_000;
    world.dispatch('visibility');
    await world.settle();
    assert.deepEqual(steals, []);
  });

  test('back does not stop reports of typing, nor the heartbeats that answers trigger', async () => {
    const path = '/rooms/lobby/presence';
    let polls = [];
    world.serve('GET', path, ({ headers }) => {
      const answer = { json: { room: 'lobby', online: [], typing: [], summary: '' }, headers: { ETag: '"1"' } };
      return headers.Prefer ? new Promise((resolve) => polls.push(() => resolve({ status: 304 }))) : answer;
    });
    world.serve('PUT', path, () => ({ status: 204 }));
    world.serve('PUT', '/rooms/lobby/typing', () => ({ status: 204 }));
    const presence = client().presence('lobby');
    await world.settle();
    presence.typing();
    await world.settle();
    world.clockOffset = -HOUR;
    // Timers do not run, as in a hidden page.
    world.time += 20_000;
    presence.typing();
    polls.splice(0).forEach((answer) => answer());
    await world.settle();
    assert.equal(world.made('PUT', '/rooms/lobby/typing').length, 2);
    assert.equal(world.made('PUT', path).length, 2);
  });

  test('back does not prolong the life of a token without an expiry', async () => {
    world.serve('POST', '/counters/a/increments', () => ({ json: { value: 1 } }));
    let requested = 0;
    const counters = client({ token: () => `opaque-${++requested}` }).counters(['a']);
    await counters.increment('a');
    world.clockOffset = -HOUR;
    world.time += 61_000;
    await counters.increment('a');
    assert.equal(requested, 2);
  });
});
