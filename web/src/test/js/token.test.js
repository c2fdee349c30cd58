import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from './world.js';

describe('a token', () => {
  let world;
  let requested;

  beforeEach(() => {
    world = new World();
    requested = 0;
    new FakeLog(world);
  });

  /** Returns a JWT that is valid for ten minutes. */
  const fresh = async () => `${++requested}.${btoa(JSON.stringify({ exp: world.time / 1000 + 600 }))}.x`;
  const begin = (token) => connect({ name: 'ann', token, chat: '', dashboard: '', presence: '', env: world.env() });
  const bearers = () => world.requests.map((request) => request.headers.Authorization?.slice(0, 9));

  test('is sent in each request, and as a subprotocol of the WebSocket', async () => {
    begin('abc').chat('lobby');
    await world.settle();
    assert.deepEqual(world.socket.protocols, ['liveline.v1', 'quarkus-http-upgrade%23Authorization%23Bearer%20abc']);
    assert.equal(world.requests[0].headers.Authorization, 'Bearer abc');
  });

  test('is optional: no header and no subprotocol without one', async () => {
    begin(undefined).chat('lobby');
    await world.settle();
    assert.deepEqual(world.socket.protocols, ['liveline.v1']);
    assert.equal('Authorization' in world.requests[0].headers, false);
  });

  test('is not sent to the server of liveline.json', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: { chat: '', dashboard: '', presence: '' } }));
    connect({ name: 'ann', token: 'abc', env: world.env() }).chat('lobby');
    await world.settle();
    assert.equal('Authorization' in world.requests[0].headers, false);
    assert.equal(world.requests[1].headers.Authorization, 'Bearer abc');
  });

  test('is requested once, and again before it expires; a frame sends it over the socket', async () => {
    begin(fresh).chat('lobby');
    await world.settle();
    world.socket.deliver(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true });
    assert.equal(requested, 1);
    for (let i = 0; i < 24; i++) {
      await world.pass(25_000);
      world.socket.deliver({ type: 'heartbeat' });
    }
    assert.equal(requested, 2);
    assert.equal(world.sockets.length, 1);
    assert.deepEqual(
      world.socket.sentOf('token').map((frame) => frame.token[0]),
      ['2'],
    );
  });

  test('is requested again once after the server rejects it', async () => {
    world.serve('POST', '/counters/a/increments', ({ headers }) =>
      headers.Authorization.startsWith('Bearer 1') ? { status: 401 } : { json: { value: 4 } },
    );
    const counters = begin(fresh).counters(['a']);
    assert.equal(await counters.increment('a'), 4);
    world.serve('POST', '/counters/a/increments', () => ({ status: 401, json: { code: 'unauthorized', detail: '' } }));
    await assert.rejects(counters.increment('a'), { code: 'unauthorized' });
    assert.equal(requested, 3);
  });

  test('is requested again once, however many requests with it were rejected', async () => {
    /** Held requests; a call answers one. */
    const held = [];
    world.serve('POST', '/counters/a/increments', ({ headers }) =>
      headers.Authorization.startsWith('Bearer 1')
        ? new Promise((resolve) => held.push(() => resolve({ status: 401 })))
        : { json: { value: 4 } },
    );
    const counters = begin(fresh).counters(['a']);
    const attempts = [1, 2, 3].map(() => counters.increment('a'));
    await world.settle();
    assert.equal(held.length, 3);
    held.slice(0, 2).forEach((answer) => answer());
    await world.settle();
    // This request is rejected when a newer token exists already.
    held[2]();
    assert.deepEqual(await Promise.all(attempts), [4, 4, 4]);
    assert.equal(requested, 2);
  });

  test('is requested again after its source failed', async () => {
    let isDown = true;
    begin(async () => (isDown ? Promise.reject(new Error('no')) : 'abc')).chat('lobby');
    await world.pass(3_000);
    assert.equal(world.requests.length, 0);
    isDown = false;
    await world.pass(30_000);
    assert.ok(bearers().includes('Bearer ab'));
  });

  test('does not hold a request for ever if its source is slow', async () => {
    const counters = begin(() => new Promise(() => {})).counters(['a']);
    const attempt = counters.increment('a');
    attempt.catch(() => {});
    await world.pass(120_000);
    await assert.rejects(attempt, (error) => error.isTransient);
  });

  describe('whose issuer has another clock', () => {
    const HOUR = 3_600_000;
    const counted = () => ({ json: { value: 1 } });

    /** Returns a JWT that was issued `ageMs` ago and is valid for ten minutes, by the clock of the issuer. */
    const issued = (ageMs = 0) => {
      const iat = (world.time - ageMs) / 1000;
      return `${++requested}.${btoa(JSON.stringify({ iat, exp: iat + 600 }))}.x`;
    };

    for (const [clock, offset] of Object.entries({ right: 0, behind: -HOUR, ahead: HOUR })) {
      test(`is renewed once, before it expires, if the clock here is ${clock}`, async () => {
        world.clockOffset = offset;
        world.serve('POST', '/counters/a/increments', counted);
        const live = begin(async () => issued());
        live.chat('lobby');
        const counters = live.counters(['a']);
        await world.settle();
        world.socket.deliver(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true });
        for (let second = 0; second < 595; second += 5) {
          await Promise.all([counters.increment('a'), world.pass(5_000)]);
          world.socket.deliver({ type: 'heartbeat' });
        }
        assert.equal(requested, 2);
        assert.equal(world.sockets.length, 1);
        assert.equal(world.socket.sentOf('token').length, 1);
      });

      test(`is renewed in time if its source keeps tokens for a while and the clock here is ${clock}`, async () => {
        world.clockOffset = offset;
        world.serve('POST', '/counters/a/increments', counted);
        const ages = [0, 300_000, 0];
        const counters = begin(async () => issued(ages[requested])).counters(['a']);
        for (let second = 0; second < 600 + 300; second += 5) {
          await Promise.all([counters.increment('a'), world.pass(5_000)]);
        }
        assert.equal(requested, 3);
        const seen = new Map(world.made('POST', '/').map((made, at) => [made.headers.Authorization[7], 5 * at]));
        assert.ok(seen.get('1') < 600 && seen.get('2') < 570 + 300, JSON.stringify([...seen]));
      });
    }

    test('is not requested with each request after the clock here was set', async () => {
      world.serve('POST', '/counters/a/increments', counted);
      const counters = begin(async () => issued()).counters(['a']);
      for (const offset of [HOUR, -HOUR, 2 * HOUR]) {
        await counters.increment('a');
        world.clockOffset = offset;
        for (let i = 0; i < 60; i++) {
          await Promise.all([counters.increment('a'), world.pass(1_000)]);
        }
      }
      assert.ok(requested <= 4, `${requested} requests for a token`);
    });
  });

  test('that expired on the server is requested again, and the WebSocket stays the transport', async () => {
    const room = begin(fresh).chat('lobby');
    await world.settle();
    for (let i = 0; i < 3; i++) {
      world.socket.deliver(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true });
      world.socket.deliver({ type: 'error', code: 'token_expired', detail: '' });
      world.socket.break(3401);
      await world.pass(3_000);
    }
    assert.equal(room.transport, 'websocket');
    assert.equal(requested, 4);
    assert.equal(world.sockets.length, 4);
  });

  test('that another request renewed is sent over the socket, too', async () => {
    world.serve('POST', '/counters/a/increments', ({ headers }) =>
      headers.Authorization.startsWith('Bearer 1') ? { status: 401 } : { json: { value: 4 } },
    );
    const live = begin(fresh);
    live.chat('lobby');
    await world.settle();
    world.socket.deliver(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true });
    for (let i = 0; i < 23; i++) {
      await world.pass(25_000);
      world.socket.deliver({ type: 'heartbeat' });
      if (i === 4) {
        await live.counters(['a']).increment('a');
      }
    }
    assert.deepEqual(
      world.socket.sentOf('token').map((frame) => frame.token[0]),
      ['2'],
    );
  });

  test('that was renewed while the socket opened is sent over it at once', async () => {
    world.serve('POST', '/counters/a/increments', ({ headers }) =>
      headers.Authorization.startsWith('Bearer 1') ? { status: 401 } : { json: { value: 4 } },
    );
    const live = begin(fresh);
    live.chat('lobby');
    await world.settle();
    await live.counters(['a']).increment('a');
    assert.match(world.socket.protocols[1], /Bearer%201/);
    world.socket.deliver(WELCOME, { type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true });
    await world.settle();
    assert.deepEqual(
      world.socket.sentOf('token').map((frame) => frame.token[0]),
      ['2'],
    );
    assert.equal(requested, 2);
  });

  describe('whose source fails', () => {
    let isDown;
    let live;
    let errors;

    beforeEach(() => {
      isDown = false;
      errors = [];
      live = begin(async () => (isDown ? Promise.reject(new Error('The login server is down')) : fresh()));
      live.on('error', (error) => errors.push([error.code, error.message]));
      world.serve('POST', '/counters/a/increments', () => ({ json: { value: 1 } }));
    });

    test('is used until it expires, and the failure is reported', async () => {
      const counters = live.counters(['a']);
      await counters.increment('a');
      isDown = true;
      for (let second = 0; second < 595; second += 5) {
        const increment = counters.increment('a');
        await world.settle();
        assert.equal(world.made('POST', '/counters/a/increments').length, 2 + second / 5, 'none waits for the source');
        await Promise.all([increment, world.pass(5_000)]);
      }
      assert.ok(errors.length >= 1 && errors.length <= 6, `${errors.length} errors`);
      assert.deepEqual(errors[0], ['token_failed', 'There is no token: Error: The login server is down']);
      await world.pass(10_000);
      await Promise.all([assert.rejects(counters.increment('a'), { code: 'token_failed' }), world.pass(120_000)]);
      isDown = false;
      await world.pass(5_000);
      assert.equal(await counters.increment('a'), 1);
    });

    test('leaves the room offline, not connecting, and its transport untried', async () => {
      isDown = true;
      const room = live.chat('lobby');
      await world.pass(60_000);
      assert.equal(room.state, 'offline');
      assert.equal(errors[0][0], 'token_failed');
      isDown = false;
      await world.pass(20_000);
      assert.equal(room.transport, 'websocket');
      assert.equal(world.sockets.length, 1);
    });
  });

  test('does not hold a connection for ever if its source never answers', async () => {
    const live = begin(() => new Promise(() => {}));
    const errors = [];
    live.on('error', (error) => errors.push(error.code));
    const room = live.chat('lobby');
    await world.pass(61_000);
    assert.equal(room.state, 'offline');
    assert.deepEqual(errors, ['token_failed']);
  });

  test('is sent with a stream of counters', async () => {
    begin('abc').counters(['a', 'b']);
    await world.settle();
    assert.equal(world.stream.headers.Authorization, 'Bearer abc');
  });
});
