import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeBody, FakeLog, WELCOME, World } from './world.js';

describe('a token', () => {
  let world;
  let given;

  beforeEach(() => {
    world = new World();
    given = 0;
    new FakeLog(world);
  });

  /** A JWT that lasts ten minutes. */
  const fresh = async () => `${++given}.${btoa(JSON.stringify({ exp: world.time / 1000 + 600 }))}.x`;
  const begin = (token) => connect({ name: 'ann', token, chat: '', dashboard: '', presence: '', env: world.env() });
  const bearers = () => world.requests.map((request) => request.headers.Authorization?.slice(0, 9));

  test('goes with each request, and with the WebSocket as a subprotocol', async () => {
    begin('abc').chat('lobby');
    await world.settle();
    assert.deepEqual(world.socket.protocols, ['liveline.v1', 'quarkus-http-upgrade%23Authorization%23Bearer%20abc']);
    assert.equal(world.requests[0].headers.Authorization, 'Bearer abc');
  });

  test('without one there is neither header nor subprotocol', async () => {
    begin(undefined).chat('lobby');
    await world.settle();
    assert.deepEqual(world.socket.protocols, ['liveline.v1']);
    assert.equal('Authorization' in world.requests[0].headers, false);
  });

  test('is not given to whoever tells the addresses', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: { chat: '', dashboard: '', presence: '' } }));
    connect({ name: 'ann', token: 'abc', env: world.env() }).chat('lobby');
    await world.settle();
    assert.equal('Authorization' in world.requests[0].headers, false);
    assert.equal(world.requests[1].headers.Authorization, 'Bearer abc');
  });

  test('is asked for once, and again before it expires: the socket hears of it by a frame', async () => {
    begin(fresh).chat('lobby');
    await world.settle();
    world.socket.say(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true });
    assert.equal(given, 1);
    for (let i = 0; i < 24; i++) {
      await world.pass(25_000);
      world.socket.say({ type: 'heartbeat' });
    }
    assert.equal(given, 2);
    assert.equal(world.sockets.length, 1);
    assert.deepEqual(world.socket.sentOf('token').map((frame) => frame.token[0]), ['2']);
  });

  test('that the server does not take is asked for again, once', async () => {
    world.serve('POST', '/counters/a/increments', ({ headers }) => (headers.Authorization.startsWith('Bearer 1') ? { status: 401 } : { json: { value: 4 } }));
    const counters = begin(fresh).counters(['a']);
    assert.equal(await counters.increment('a'), 4);
    world.serve('POST', '/counters/a/increments', () => ({ status: 401, json: { code: 'unauthorized', detail: '' } }));
    await assert.rejects(counters.increment('a'), { code: 'unauthorized' });
    assert.equal(given, 3);
  });

  test('that the server does not take is asked for again once, however many requests went with it', async () => {
    /** Which are held until the test answers them. */
    const held = [];
    world.serve('POST', '/counters/a/increments', ({ headers }) =>
      headers.Authorization.startsWith('Bearer 1') ? new Promise((resolve) => held.push(() => resolve({ status: 401 }))) : { json: { value: 4 } });
    const counters = begin(fresh).counters(['a']);
    const attempts = [1, 2, 3].map(() => counters.increment('a'));
    await world.settle();
    assert.equal(held.length, 3);
    held.slice(0, 2).forEach((answer) => answer());
    await world.settle();
    // This one hears it when another token is there already.
    held[2]();
    assert.deepEqual(await Promise.all(attempts), [4, 4, 4]);
    assert.equal(given, 2);
  });

  test('that cannot be had is asked for again', async () => {
    let isDown = true;
    begin(async () => (isDown ? Promise.reject(new Error('no')) : 'abc')).chat('lobby');
    await world.pass(3_000);
    assert.equal(world.requests.length, 0);
    isDown = false;
    await world.pass(30_000);
    assert.ok(bearers().includes('Bearer ab'));
  });

  test('that is slow to come does not hold a request for ever', async () => {
    const counters = begin(() => new Promise(() => {})).counters(['a']);
    const attempt = counters.increment('a');
    attempt.catch(() => {});
    await world.pass(120_000);
    await assert.rejects(attempt, { code: 'timeout' });
  });

  describe('and counters', () => {
    let bodies;

    beforeEach(() => {
      bodies = [];
      world.serve('GET', '/counters/stream', () => {
        bodies.push(new FakeBody());
        return { stream: bodies.at(-1) };
      });
    });

    const write = (type, id, values) =>
      bodies.at(-1).write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ counters: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])), cursor: id })}\n\n`);
    const streams = () => world.made('GET', '/counters/stream');

    test('are streamed by fetch, and resume with the cursor', async () => {
      const counters = begin('abc').counters(['a', 'b']);
      await world.settle();
      assert.equal(world.streams.length, 0);
      assert.equal(streams()[0].headers.Authorization, 'Bearer abc');
      write('snapshot', 'c-1', { a: 1, b: 2 });
      write('change', 'c-2', { a: 3 });
      await world.settle();
      assert.deepEqual(counters.values, { a: 3, b: 2 });
      bodies.at(-1).break();
      await world.settle();
      assert.equal(counters.state, 'offline');
      await world.pass(500);
      assert.equal(streams()[1].headers['Last-Event-ID'], 'c-2');
      write('change', 'c-3', { b: 5 });
      await world.settle();
      assert.deepEqual(counters.values, { a: 3, b: 5 });
      assert.equal(counters.state, 'live');
    });

    test('a stream that falls silent is opened anew', async () => {
      begin('abc').counters(['a']);
      await world.settle();
      write('snapshot', 'c-1', { a: 1 });
      for (let i = 0; i < 4; i++) {
        await world.pass(15_000);
        bodies.at(-1).write(':\n\n');
        await world.settle();
      }
      assert.equal(streams().length, 1);
      await world.pass(36_000);
      assert.equal(streams().length, 2);
    });
  });
});
