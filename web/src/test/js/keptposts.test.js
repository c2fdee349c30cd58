import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { chat, createClient, outbox } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, FakeTabs, WELCOME, World } from './world.js';

/** Store of posts in memory. The tests in the browsers use the one in IndexedDB. */
class MemoryPosts {
  posts = new Map();
  async all() {
    return [...this.posts.values()].sort((a, b) => a.at - b.at);
  }
  async put(post) {
    this.posts.set(post.id, structuredClone(post));
  }
  async remove(id) {
    this.posts.delete(id);
  }
  async adopt(ended, tab) {
    this.posts.forEach((post) => ended.has(post.tab) && this.posts.set(post.id, { ...post, tab }));
  }
}

describe('posts that are kept', () => {
  let tabs;
  let posts;
  let log;
  let ids = 0;

  beforeEach(() => {
    tabs = new FakeTabs();
    posts = new MemoryPosts();
    log = undefined;
  });

  /** Opens a tab. All tabs have the same log, and what they post is in it at once, unless they are offline. */
  function open({ name = 'ann', at = 'https://live.test', isOnline = true, time } = {}) {
    const world = new World();
    world.time = time ?? world.time;
    world.isOnline = isOnline;
    const fake = new FakeLog(world);
    log ??= fake.events;
    fake.events = log;
    const tab = {};
    const env = { ...world.env(), ...tabs.env(tab), id: () => `id-${ids++}` };
    const live = createClient({ name, at, chat: at, env }, chat, (context) => outbox(context, posts));
    const errors = [];
    live.on('error', (error) => errors.push(error.code));
    let failures = 0;
    return {
      live,
      world,
      fake,
      errors,
      /** Posts and ignores the result, which nobody waits for when the tab is killed. */
      post: (text, room = 'lobby') => live.chat(room).post(text).catch(() => failures++),
      kill: () => {
        world.isOnline = false;
        tabs.kill(tab);
      },
      /** Lets the WebSocket answer whatever the tab sends. */
      async answer() {
        await world.settle();
        for (const socket of world.sockets.filter((each) => each.isOpen)) {
          if (!socket.done) {
            socket.done = new Set();
            socket.deliver(WELCOME);
          }
          for (const frame of socket.sent.filter((each) => !socket.done.has(each))) {
            socket.done.add(frame);
            if (frame.type === 'join') {
              socket.deliver({ type: 'joined', room: frame.room, cursor: frame.after, recovered: true });
            } else if (frame.type === 'post' && world.isOnline) {
              const event = log.find(({ id }) => id === frame.id) ?? fake.add(frame.text, name, frame.id);
              socket.deliver({ type: 'posted', room: frame.room, id: frame.id, cursor: event.cursor });
            }
          }
        }
        await world.settle();
      },
    };
  }

  const texts = () => log.map(({ text }) => text);

  async function settled(tab) {
    for (let i = 0; i < 6; i++) {
      await tab.answer();
    }
  }

  test('are sent once by the next tab, in their order', async () => {
    const killed = open({ isOnline: false });
    killed.post('one');
    killed.post('two');
    await killed.world.settle();
    assert.deepEqual(texts(), []);
    killed.kill();

    const next = open();
    await settled(next);
    assert.deepEqual(texts(), ['one', 'two']);
    assert.equal(posts.posts.size, 0);
    await settled(open());
    assert.deepEqual(texts(), ['one', 'two']);
  });

  test('have their kind and their data, without what JSON leaves out', async () => {
    const tab = open({ isOnline: false });
    tab.post({ kind: 'order.paid', data: { sum: 12.5, toString: () => 'twelve' } });
    await tab.world.settle();
    assert.deepEqual((await posts.all())[0].content, { kind: 'order.paid', data: { sum: 12.5 } });
  });

  test('are left to their tab while it lives', async () => {
    const alive = open({ isOnline: false });
    alive.post('mine');
    await alive.world.settle();
    await settled(open());
    assert.deepEqual(texts(), []);
    assert.equal(posts.posts.size, 1);
  });

  test('are sent by one of two tabs that come at once', async () => {
    const killed = open({ isOnline: false });
    killed.post('once');
    await killed.world.settle();
    killed.kill();
    const two = [open(), open()];
    for (let i = 0; i < 6; i++) {
      await Promise.all(two.map((tab) => tab.answer()));
    }
    assert.deepEqual(texts(), ['once']);
    const sent = two.flatMap(({ world }) => world.sockets.flatMap((socket) => socket.sentOf('post')));
    assert.equal(sent.length, 1);
  });

  test('are not sent again if the log has them, of whatever age they are', async () => {
    const killed = open();
    await settled(killed);
    killed.live.chat('lobby');
    await settled(killed);
    killed.world.isOnline = false;
    killed.post('in the log');
    await killed.world.settle();
    const [{ id, after }] = await posts.all();
    assert.equal(after, 'e1-0');
    new FakeLog(killed.world).events = log;
    for (let i = 1; i <= 300; i++) {
      log.push({ type: 'message', cursor: `e1-${i}`, id: `x${i}`, author: 'bob', text: 'more' });
    }
    log.push({ type: 'message', cursor: 'e1-301', id, author: 'ann', text: 'in the log' });
    killed.kill();

    const next = open({ time: killed.world.time + 3_600_000 });
    await settled(next);
    assert.equal(texts().filter((text) => text === 'in the log').length, 1);
    assert.equal(next.world.sockets.length, 0);
    assert.equal(posts.posts.size, 0);
  });

  test('leave the store when they are settled', async () => {
    const tab = open();
    const room = tab.live.chat('lobby');
    const sent = room.post('hello');
    await tab.world.settle();
    assert.equal(posts.posts.size, 1);
    await settled(tab);
    await sent;
    assert.equal(posts.posts.size, 0);
    tab.world.isOnline = false;
    const rejected = assert.rejects(room.post('unsent'), { code: 'left' });
    await tab.world.settle();
    assert.equal(posts.posts.size, 1);
    tab.live.close();
    await rejected;
    await tab.world.settle();
    assert.equal(posts.posts.size, 0);
  });

  test('of another account or another server stay', async () => {
    const killed = open({ isOnline: false });
    killed.post('of ann');
    await killed.world.settle();
    killed.kill();
    await settled(open({ name: 'bob' }));
    await settled(open({ at: 'https://other.test' }));
    assert.deepEqual(texts(), []);
    await settled(open());
    assert.deepEqual(texts(), ['of ann']);
  });

  test('stay if the next client is closed before they are sent', async () => {
    const killed = open({ isOnline: false });
    killed.post('patient');
    await killed.world.settle();
    killed.kill();
    for (const isChecked of [false, true]) {
      const strict = open();
      let check = () => {};
      if (!isChecked) {
        strict.world.serve('GET', '/rooms/lobby/messages', () => new Promise((resolve) => (check = resolve)));
      }
      await strict.world.settle();
      assert.equal(strict.world.sockets.length, isChecked ? 1 : 0);
      strict.live.close();
      check({ json: { messages: [], complete: true, more: false } });
      await strict.world.settle();
      await strict.world.pass(60_000);
      assert.equal(strict.world.sockets.length, isChecked ? 1 : 0);
    }
    assert.deepEqual(texts(), []);
    await settled(open());
    assert.deepEqual(texts(), ['patient']);
  });

  test('are reported and dropped if they are older than a day', async () => {
    const killed = open({ isOnline: false });
    killed.post('yesterday');
    await killed.world.settle();
    killed.kill();
    const next = open({ time: killed.world.time + 25 * 3_600_000 });
    await settled(next);
    assert.deepEqual(texts(), []);
    assert.deepEqual(next.errors, ['uncertain']);
    assert.equal(posts.posts.size, 0);
  });

  test('wait for a server that cannot be reached', async () => {
    const killed = open({ isOnline: false });
    killed.post('later');
    await killed.world.settle();
    killed.kill();
    const next = open({ isOnline: false });
    await next.world.pass(120_000);
    assert.deepEqual(texts(), []);
    assert.ok(next.world.requests.length < 60, `${next.world.requests.length} requests`);
    next.world.isOnline = true;
    let refusals = 0;
    next.world.serve('GET', '/rooms/lobby/messages', () => {
      refusals++;
      return { status: 503, json: { code: 'unavailable' }, headers: { 'Retry-After': '60' } };
    });
    await next.world.pass(60_000);
    assert.equal(refusals, 1);
    next.world.serve('GET', '/rooms/lobby/messages', (request) => next.fake.answer(request));
    await next.world.pass(16_000);
    for (let i = 0; i < 20; i++) {
      await next.world.pass(1_000);
      await next.answer();
    }
    assert.deepEqual(texts(), ['later']);
  });

  test('are no longer kept where the browser refuses locks, and posts are sent all the same', async () => {
    tabs.refusal = new DOMException('denied', 'SecurityError');
    const tab = open();
    tab.post('hello');
    await settled(tab);
    assert.deepEqual(texts(), ['hello']);
    assert.equal(posts.posts.size, 0);
  });
});
