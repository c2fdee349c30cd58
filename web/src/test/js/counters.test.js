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

  async function snapshot(values, cursor = 'c-1') {
    world.stream.deliver('snapshot', { counters: of(values), cursor, reset: false });
    await world.settle();
  }

  async function change(values, cursor = 'c-2') {
    world.stream.deliver('change', { counters: of(values), cursor });
    await world.settle();
  }

  const streams = () => world.made('GET', '/counters/stream');
  const polls = () => world.made('GET', '/counters').filter(({ path }) => !path.startsWith('/counters/stream'));

  test('a snapshot, then changes', async () => {
    await open('orders', 'chat.*');
    assert.equal(world.stream.address, 'https://page.test/counters/stream?names=orders,chat.*');
    await snapshot({ orders: 3, 'chat.messages': 7 });
    await change({ orders: 4 });
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
    await snapshot({ a: 1, gone: 2 });
    await snapshot({ a: 5 });
    assert.deepEqual(counters.values, { a: 5 });
  });

  test('a lost stream is not live until it has resumed at its cursor, also where nothing has changed', async () => {
    await open('a');
    await snapshot({ a: 1 });
    world.stream.break();
    await world.settle();
    assert.equal(counters.state, 'connecting');
    await world.pass(500);
    assert.equal(world.stream.address, 'https://page.test/counters/stream?names=a&after=c-1');
    assert.equal(counters.state, 'connecting');
    await change({}, 'c-1');
    assert.equal(counters.state, 'live');
    assert.deepEqual(changes, [{ a: 1 }]);
    await world.pass(30_000);
    assert.equal(counters.state, 'live');
    assert.equal(streams().length, 2);
  });

  test('opens a new stream when the network is back, and ignores the old one', async () => {
    await open();
    await snapshot({ a: 1 });
    const old = world.stream;
    world.dispatch('online');
    await world.settle();
    assert.equal(old.isOpen, false);
    assert.equal(streams().length, 2);
  });

  test('a return to the page after a long silence opens a new stream', async () => {
    await open();
    await snapshot({ a: 1 });
    await world.pass(20_000);
    world.dispatch('visibility');
    await world.settle();
    assert.equal(streams().length, 1);
    await world.pass(10_500);
    world.dispatch('visibility');
    await world.settle();
    assert.equal(streams().length, 2);
  });

  test('comments keep a silent stream, and it is opened again without them', async () => {
    await open('a');
    await snapshot({ a: 1 });
    for (let i = 0; i < 4; i++) {
      await world.pass(15_000);
      world.stream.write(':\n\n');
    }
    assert.equal(streams().length, 1);
    await world.pass(36_000);
    assert.equal(streams().length, 2);
  });

  test('a server that is down is asked with backoff, by streams when it is back', async () => {
    world.isOnline = false;
    await open();
    await world.pass(120_000);
    assert.equal(counters.state, 'offline');
    // 0.5 to 15 s between attempts; every second one is followed by a poll.
    assert.ok(world.requests.length > 10 && world.requests.length < 30, `${world.requests.length}`);
    world.isOnline = true;
    for (let i = 0; i < 30 && !world.stream; i++) {
      await world.pass(500);
    }
    await snapshot({ a: 1 });
    assert.equal(counters.state, 'live');
  });

  test('a stream that always ends after its snapshot is opened again ever more seldom', async () => {
    await open();
    for (let i = 0; i < 240; i++) {
      if (world.stream.isOpen) {
        await snapshot({ a: i });
        world.stream.close();
      }
      await world.pass(500);
    }
    assert.ok(streams().length < 20, `${streams().length}`);
  });

  test('a replica that ends the stream is left for as long as it asks', async () => {
    await open();
    await snapshot({ a: 1 });
    world.stream.write('retry: 7000\n');
    world.stream.close();
    await world.pass(6_999);
    assert.equal(streams().length, 1);
    await world.pass(1);
    assert.equal(streams().length, 2);
  });

  test('refused names are refused: one request, one error, and the state says so', async () => {
    world.serve('GET', '/counters/stream', () => ({
      status: 400,
      json: { code: 'bad_names', detail: 'no such name' },
    }));
    counters = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() }).counters(['!']);
    const errors = [];
    counters.on('error', (error) => errors.push(error.code));
    await world.pass(120_000);
    assert.deepEqual(errors, ['bad_names']);
    assert.equal(counters.state, 'refused');
    assert.equal(world.requests.length, 1);
  });

  test('an account without the right asks once a minute, and is live when it has it', async () => {
    world.serve('GET', '/counters/stream', () => ({ status: 403, json: { code: 'forbidden', detail: '' } }));
    const live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
    counters = live.counters();
    const errors = [];
    counters.on('error', (error) => errors.push(error.code));
    await world.pass(181_000);
    assert.deepEqual(errors, ['forbidden']);
    assert.equal(counters.state, 'refused');
    assert.equal(streams().length, 4);
    world.serve('GET', '/counters/stream', (request) => world.streamOf(request));
    await world.pass(60_000);
    await snapshot({ a: 1 });
    assert.equal(counters.state, 'live');
  });

  describe('where streams do not get through', () => {
    let tag;
    let values;

    beforeEach(() => {
      tag = '"x.c-1"';
      values = { a: 1 };
      world.serve('GET', '/counters', ({ headers }) =>
        headers['If-None-Match'] === tag
          ? { status: 304 }
          : {
              json: { counters: of(values), cursor: 'c-1' },
              headers: { ETag: tag.replace('"', 'W/"').replace(/"$/, '-gzip"') },
            },
      );
    });

    const block = (answer) => world.serve('GET', '/counters/stream', answer);

    for (const [how, answer] of [
      ['a proxy forbids them', () => ({ status: 403 })],
      ['a proxy fails', () => ({ status: 502 })],
      ['a page answers', () => ({ json: 'sign in' })],
      ['connections are reset', () => Promise.reject(new TypeError('Failed to fetch'))],
    ]) {
      test(`polls with the tag, because ${how}`, async () => {
        block(answer);
        await open('a');
        await world.pass(1_000);
        assert.equal(counters.state, 'live');
        assert.deepEqual(counters.values, { a: 1 });
        await world.pass(10_000);
        assert.deepEqual(changes, [{ a: 1 }]);
        assert.equal(polls().at(-1).headers['If-None-Match'], tag);
        assert.ok(polls().length <= 7, `${polls().length}`);
        tag = '"y.c-2"';
        values = { a: 2 };
        await world.pass(2_000);
        assert.deepEqual(counters.values, { a: 2 });
      });
    }

    test('polls after a silent stream, which a proxy buffers', async () => {
      await open('a');
      await world.pass(8_500);
      assert.equal(counters.state, 'live');
      assert.deepEqual(counters.values, { a: 1 });
    });

    test('returns to a stream when it gets through, and is live all the time', async () => {
      block(() => ({ status: 403 }));
      await open('a');
      await world.pass(1_000);
      const states = [];
      counters.on('state', (state) => states.push(state));
      await world.pass(60_000);
      assert.ok(streams().length <= 5, `${streams().length}`);
      world.serve('GET', '/counters/stream', (request) => world.streamOf(request));
      for (let i = 0; i < 120 && !world.stream; i++) {
        await world.pass(1_000);
      }
      await change({ a: 3 });
      assert.deepEqual(counters.values, { a: 3 });
      const before = polls().length;
      await world.pass(10_000);
      assert.equal(polls().length, before);
      assert.deepEqual(states, []);
    });
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
    await snapshot({ a: 1 });
    world.stream.deliver(
      'change',
      { counters: of({ a: 2 }), cursor: 'c-2' },
      { counters: of({ a: 3 }), cursor: 'c-3' },
    );
    await world.settle();
    await change({ a: 5 });
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
    assert.equal(counters.state, 'closed');
    world.dispatch('online');
    await world.pass(60_000);
    assert.equal(world.streams.length, 1);
    assert.equal(world.stream.isOpen, false);
  });

  describe('beyond 2^53', () => {
    const BIG = 9_007_199_254_740_993n;
    const deliver = async (type, counters) => {
      world.stream.write(`id: c-1\nevent: ${type}\ndata: {"counters":${counters},"cursor":"c-1"}\n\n`);
      await world.settle();
    };

    async function openBig(options) {
      const live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
      counters = live.counters(['a'], options);
      await world.settle();
      await deliver('snapshot', `{"a":{"value":${BIG},"version":"c-1"},"b":{"value":3}}`);
    }

    test('are bigints where the application asks for them', async () => {
      await openBig({ bigint: true });
      assert.deepEqual(counters.values, { a: BIG, b: 3n });
      world.serve('POST', '/counters/a/increments', () => ({ text: `{"value":${BIG + 2n}}` }));
      assert.equal(await counters.increment('a', BIG), BIG + 2n);
      assert.equal(world.requests.at(-1).body, `{"by":${BIG}}`);
      world.serve('GET', '/counters/a/history', () => ({ text: `{"points":[[1763980000000,${BIG}]]}` }));
      assert.deepEqual(await counters.history('a'), [[1_763_980_000_000, BIG]]);
    });

    test('are reported once and left out elsewhere, never rounded', async () => {
      const live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
      counters = live.counters(['a']);
      const errors = [];
      counters.on('error', (error) => errors.push(error.code));
      await world.settle();
      for (const value of ['1', BIG, BIG]) {
        await deliver('change', `{"a":{"value":${value}}}`);
        await deliver('snapshot', `{"a":{"value":${value}}}`);
      }
      assert.deepEqual(errors, ['beyond_number']);
      assert.equal(counters.values.a, undefined);
      world.serve('POST', '/counters/a/increments', () => ({ text: `{"value":${BIG}}` }));
      await assert.rejects(counters.increment('a'), { code: 'beyond_number' });
      world.serve('GET', '/counters/a/history', () => ({ text: `{"points":[[1,${BIG}]]}` }));
      await assert.rejects(counters.history('a'), { code: 'beyond_number' });
    });

    test('are not sent if they are no exact numbers', async () => {
      await open('a');
      for (const by of [2 ** 53, 1.5, NaN, Infinity]) {
        await assert.rejects(counters.increment('a', by), { code: 'beyond_number' });
      }
      assert.equal(world.made('POST', '/').length, 0);
    });
  });
});
