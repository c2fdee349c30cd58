import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from './world.js';

describe('the connection of a client', () => {
  let world;
  let live;
  let told;

  beforeEach(() => {
    world = new World();
    new FakeLog(world);
    world.serve('GET', '/rooms/lobby/presence', () => new Promise(() => {}));
    told = [];
    open({ name: 'ann' });
  });

  function open(options) {
    live = connect({ chat: '', dashboard: '', presence: '', env: world.env(), ...options });
    live.on('state', ({ state, reason }) => told.push(reason ? `${state}: ${reason}` : state));
  }
  const frame = (type, more) => world.socket.deliver({ type, room: 'lobby', ...more });

  test('is the worst state of all that is open, with the time of its beginning', async () => {
    assert.equal(live.connection.state, 'idle');
    const room = live.chat('lobby');
    const counters = live.counters(['a']);
    assert.equal(live.connection.state, 'connecting');
    await world.settle();
    world.socket.deliver(WELCOME);
    frame('joined', { cursor: 'e1-0', recovered: true, members: [] });
    assert.equal(live.connection.state, 'connecting');
    await world.pass(1_000);
    world.stream.deliver('snapshot', { counters: {}, cursor: 'e1-0' });
    await world.settle();
    assert.deepEqual(live.connection, { state: 'live', reason: undefined, since: world.time });

    await world.pass(5_000);
    frame('degraded');
    assert.deepEqual(live.connection, { state: 'degraded', reason: 'bus', since: world.time });
    frame('restored');
    assert.equal(live.connection.state, 'live');
    counters.close();
    room.leave();
    await world.pass(10_000);
    assert.deepEqual(told, ['connecting', 'live', 'degraded: bus', 'live', 'idle']);
  });

  test('tells that the network is gone, and for how long', async () => {
    live.chat('lobby');
    await world.settle();
    world.socket.deliver(WELCOME);
    const before = live.connection;
    assert.equal(live.connection, before);
    await world.pass(2_000);
    world.isOnline = false;
    world.dispatch('offline');
    const lostAt = world.time;
    await world.pass(8_000);
    assert.deepEqual(live.connection, { state: 'offline', reason: 'network', since: lostAt });
  });

  test('tells that there is no token, until there is one', async () => {
    let fails = true;
    open({ token: async () => (fails ? Promise.reject(new Error('signed out')) : 'a.b.c') });
    live.chat('lobby');
    await world.settle();
    assert.equal(live.connection.reason, 'token_failed');
    fails = false;
    await world.pass(30_000);
    world.socket.deliver(WELCOME);
    assert.equal(live.connection.state, 'live');
    assert.equal(live.connection.reason, undefined);
  });

  test('does not count what the server refuses', async () => {
    world.serve('GET', '/rooms/lobby/presence', () => ({ status: 403, json: { code: 'forbidden', detail: 'no' } }));
    const presence = live.presence('lobby');
    await world.settle();
    assert.equal(presence.state, 'refused');
    assert.equal(presence.error.code, 'forbidden');
    assert.equal(live.connection.state, 'idle');
  });
});
