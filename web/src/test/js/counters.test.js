import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { World } from './world.js';

const of = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, version: 'c-1' }]));

describe('counters', () => {
  let world;
  let counters;
  let changes;

  beforeEach(() => {
    world = new World();
  });

  async function open(...names) {
    counters = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() }).counters(names);
    changes = [];
    counters.on('change', ({ changed }) => changes.push(changed));
    await world.settle();
  }

  const snapshot = (values) => world.stream.deliver('snapshot', { counters: of(values), cursor: 'c-1', reset: false });
  const change = (values) => world.stream.deliver('change', { counters: of(values), cursor: 'c-2' });

  test('a snapshot, then changes', async () => {
    await open('orders', 'chat.*');
    assert.equal(world.stream.address, 'https://page.test/counters/stream?names=orders,chat.*');
    snapshot({ orders: 3, 'chat.messages': 7 });
    change({ orders: 4 });
    assert.deepEqual(counters.values, { orders: 4, 'chat.messages': 7 });
    assert.deepEqual(changes, [{ orders: 3, 'chat.messages': 7 }, { orders: 4 }]);
    assert.equal(counters.state, 'live');
  });

  test('an empty list selects all counters', async () => {
    await open();
    assert.equal(world.stream.address, 'https://page.test/counters/stream');
  });

  test('a later snapshot replaces all values', async () => {
    await open();
    snapshot({ a: 1, gone: 2 });
    snapshot({ a: 5 });
    assert.deepEqual(counters.values, { a: 5 });
  });

  test('the browser resumes a lost stream by itself, which is not live until then', async () => {
    await open();
    snapshot({ a: 1 });
    world.stream.fail(0);
    assert.equal(counters.state, 'connecting');
    change({ a: 2 });
    assert.equal(counters.state, 'live');
    assert.equal(world.streams.length, 1);
  });

  test('a rejected stream is opened again with backoff', async () => {
    await open();
    world.stream.fail(2);
    assert.equal(counters.state, 'offline');
    await world.pass(500);
    world.stream.fail(2);
    await world.pass(999);
    assert.equal(world.streams.length, 2);
    await world.pass(1);
    assert.equal(world.streams.length, 3);
    snapshot({ a: 1 });
    assert.deepEqual(counters.values, { a: 1 });
  });

  test('opens a new stream when the network is back, and ignores the old one', async () => {
    await open();
    snapshot({ a: 1 });
    const old = world.stream;
    world.dispatch('online');
    await world.settle();
    assert.equal(old.readyState, 2);
    assert.equal(world.streams.length, 2);
    old.deliver('change', { counters: of({ a: 99 }) });
    assert.deepEqual(counters.values, { a: 1 });
  });

  test('a return to the page after a long silence opens a new stream', async () => {
    await open();
    snapshot({ a: 1 });
    await world.pass(20_000);
    world.dispatch('visibility');
    await world.settle();
    assert.equal(world.streams.length, 1);
    await world.pass(20_000);
    world.dispatch('visibility');
    await world.settle();
    assert.equal(world.streams.length, 2);
  });

  test('a new stream resumes at the cursor, and is live though nothing has changed', async () => {
    await open('a');
    snapshot({ a: 1 });
    change({ a: 2 });
    world.dispatch('offline');
    assert.equal(counters.state, 'offline');
    world.dispatch('online');
    await world.settle();
    assert.equal(world.stream.address, 'https://page.test/counters/stream?names=a&after=c-2');
    world.stream.open();
    assert.equal(counters.state, 'live');
    assert.deepEqual(counters.values, { a: 2 });
  });

  test('an iterator returns the newest values and merges changes for a slow loop', async () => {
    await open();
    const seen = [];
    const reader = (async () => {
      for await (const values of counters) {
        seen.push(values.a);
        if (values.a === 5) {
          break;
        }
      }
    })();
    snapshot({ a: 1 });
    await world.settle();
    change({ a: 2 });
    change({ a: 3 });
    await world.settle();
    change({ a: 5 });
    await reader;
    assert.deepEqual(seen, [1, 3, 5]);
  });

  test('close ends a waiting iterator', async () => {
    await open();
    const next = counters[Symbol.asyncIterator]().next();
    await world.settle();
    counters.close();
    assert.deepEqual(await next, { value: undefined, done: true });
  });

  test('an increment is repeated under the same key until an answer arrives', async () => {
    await open();
    let attempts = 0;
    world.serve('POST', '/counters/orders/increments', () =>
      ++attempts < 3
        ? { status: 503, json: { code: 'unavailable' } }
        : { json: { name: 'orders', value: 8, version: 'c-3' } },
    );
    const value = counters.increment('orders', 3);
    await world.pass(5_000);
    assert.equal(await value, 8);
    const made = world.made('POST', '/counters/orders/increments');
    assert.equal(made.length, 3);
    assert.equal(new Set(made.map((request) => request.headers['Idempotency-Key'])).size, 1);
    assert.deepEqual(made[2].json, { by: 3 });
  });

  test('a rejected increment is not repeated', async () => {
    await open();
    world.serve('POST', '/counters/orders/increments', () => ({
      status: 400,
      json: { code: 'bad_by', detail: 'by is 1 or more' },
    }));
    await assert.rejects(counters.increment('orders', -1), { code: 'bad_by', message: 'by is 1 or more' });
    assert.equal(world.made('POST', '/counters').length, 1);
  });

  test('a closed stream stays closed', async () => {
    await open();
    counters.close();
    world.dispatch('online');
    await world.pass(60_000);
    assert.equal(world.streams.length, 1);
  });
});
