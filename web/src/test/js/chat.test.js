import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from './world.js';

describe('a chat room', () => {
  let world;
  let log;
  let room;
  let received;
  let states;
  let errors;

  beforeEach(() => {
    world = new World();
    log = new FakeLog(world);
  });

  /** Opens the room and records its events. */
  async function open() {
    room = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() }).chat('lobby');
    received = [];
    states = [];
    errors = [];
    room.on('error', (error) => errors.push(error.code));
    room.on('message', (message) => received.push(message.text));
    room.on('gap', () => received.push('GAP'));
    room.on('state', (state) => states.push(state));
    await world.settle();
  }

  /** Accepts the join: delivers the events after its cursor, then live ones. */
  function acceptJoin(socket = world.socket, frame = {}) {
    socket.deliver(WELCOME);
    const join = socket.sentOf('join').at(-1);
    const [epoch, offset] = join.after.split('-');
    const recovered = epoch === log.epoch && Number(offset) >= log.trimmed;
    socket.deliver({
      type: 'joined',
      room: 'lobby',
      cursor: recovered ? join.after : log.end,
      recovered,
      members: [],
      ...frame,
    });
    if (recovered) {
      log.events.slice(Number(offset)).forEach((event) => socket.deliver(event));
    }
    return join;
  }

  test('delivers the newest messages, then joins after them', async () => {
    log.add('one');
    log.add('two');
    await open();
    assert.deepEqual(received, ['one', 'two']);
    const join = acceptJoin();
    assert.deepEqual(join, { type: 'join', room: 'lobby', after: 'e1-2' });
    world.socket.deliver(log.add('three'));
    assert.deepEqual(received, ['one', 'two', 'three']);
    assert.deepEqual(states, ['catching-up', 'live']);
  });

  test('a name and a room may contain any character', async () => {
    room = connect({ name: 'a&b ü', chat: 'https://chat.test/', env: world.env() }).chat('café');
    await world.settle();
    assert.equal(world.socket.address, 'wss://chat.test/chat?name=a%26b%20%C3%BC');
    assert.equal(world.requests.at(-1).address, 'https://chat.test/rooms/caf%C3%A9/messages?limit=50');
  });

  test("fetches the addresses of the services from the page's origin", async () => {
    world.serve('GET', '/liveline.json', () => ({ json: { chat: 'https://chat.test', dashboard: '', presence: '' } }));
    connect({ name: 'ann', env: world.env() }).chat('lobby');
    await world.settle();
    assert.equal(world.socket.address, 'wss://chat.test/chat?name=ann');
  });

  test('a page of another site resolves an empty address against the folder of liveline.json', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: { chat: '', dashboard: '', presence: '' } }));
    connect({ name: 'ann', at: 'https://live.test', env: world.env() }).chat('lobby');
    await world.settle();
    assert.equal(world.socket.address, 'wss://live.test/chat?name=ann');
  });

  for (const at of ['https://live.test/realtime', 'https://live.test/realtime/']) {
    test(`finds services below a path: ${at}`, async () => {
      world.serve('GET', '/realtime/liveline.json', () => ({ json: { chat: '', dashboard: '', presence: '' } }));
      connect({ name: 'ann', at, env: world.env() }).chat('lobby');
      await world.settle();
      assert.equal(world.made('GET', '/realtime/liveline.json').length, 1);
      assert.equal(world.socket.address, 'wss://live.test/realtime/chat?name=ann');
      assert.equal(world.requests.at(-1).address, 'https://live.test/realtime/rooms/lobby/messages?limit=50');
    });
  }

  test('reads several documents from one frame', async () => {
    await open();
    acceptJoin();
    world.socket.deliver(log.add('one'), log.add('two'), log.add('three'));
    assert.deepEqual(received, ['one', 'two', 'three']);
  });

  test('resumes at its cursor after a reconnect, without loss or repetition', async () => {
    await open();
    acceptJoin();
    world.socket.deliver(log.add('one'));
    world.socket.break();
    log.add('two');
    log.add('three');
    await world.pass(1_000);
    assert.equal(acceptJoin().after, 'e1-1');
    assert.deepEqual(received, ['one', 'two', 'three']);
    assert.equal(room.state, 'live');
  });

  test('delivers an event once if it arrives twice', async () => {
    await open();
    acceptJoin();
    const event = log.add('one');
    world.socket.deliver(event, event);
    world.socket.break();
    await world.pass(1_000);
    acceptJoin();
    world.socket.deliver(event);
    assert.deepEqual(received, ['one']);
  });

  test('delivers the whole stream wherever the connection breaks', async () => {
    for (let cut = 0; cut <= 20; cut++) {
      world = new World();
      log = new FakeLog(world);
      await open();
      acceptJoin();
      const all = Array.from({ length: 20 }, (_, i) => log.add(`m${i}`));
      all.slice(0, cut).forEach((event) => world.socket.deliver(event));
      world.socket.break();
      await world.pass(1_000);
      acceptJoin();
      assert.deepEqual(
        received,
        all.map((event) => event.text),
        `cut after ${cut}`,
      );
    }
  });

  test('ignores frames of an abandoned connection', async () => {
    await open();
    acceptJoin();
    const old = world.socket;
    const listener = old.onmessage;
    world.dispatch('online');
    await world.settle();
    listener({ data: JSON.stringify(log.add('ghost')) });
    assert.deepEqual(received, []);
  });

  test('retries with backoff and jitter, and reports each state', async () => {
    await open();
    world.isOnline = false;
    world.socket.break();
    assert.equal(room.state, 'offline');
    for (const [attempt, wait] of [500, 1_000].entries()) {
      await world.pass(wait - 1);
      assert.equal(world.sockets.length, attempt + 1);
      await world.pass(1);
      assert.equal(world.sockets.length, attempt + 2);
      world.socket.break();
    }
    world.isOnline = true;
    await world.pass(0);
    assert.equal(room.state, 'live');
  });

  test('closes a connection that never receives anything', async () => {
    await open();
    const silent = world.socket;
    await world.pass(11_000);
    assert.equal(silent.isOpen, false);
    assert.equal(world.sockets.length, 2);
  });

  test('closes a connection without heartbeats and keeps one with heartbeats', async () => {
    await open();
    acceptJoin();
    for (let i = 0; i < 5; i++) {
      await world.pass(25_000);
      world.socket.deliver({ type: 'heartbeat' });
    }
    assert.equal(world.sockets.length, 1);
    assert.ok(world.socket.sentOf('heartbeat').length >= 3);
    const dead = world.socket;
    await world.pass(36_000);
    assert.equal(dead.isOpen, false);
    assert.equal(world.sockets.length, 2);
  });

  test('answers a heartbeat, so that a page with slow timers stays connected', async () => {
    await open();
    acceptJoin();
    world.time += 25_000;
    world.socket.deliver({ type: 'heartbeat' });
    assert.equal(world.socket.sentOf('heartbeat').length, 1);
    world.socket.deliver({ type: 'heartbeat' });
    assert.equal(world.socket.sentOf('heartbeat').length, 1);
  });

  test('connects at once when the network is back', async () => {
    await open();
    acceptJoin();
    world.dispatch('offline');
    assert.equal(room.state, 'offline');
    world.isOnline = false;
    for (let i = 0; i < 6; i++) {
      await world.pass(5_000);
      world.socket.break();
    }
    log.add('while away');
    world.isOnline = true;
    const before = world.sockets.length;
    world.dispatch('online');
    await world.settle();
    assert.equal(world.sockets.length, before + 1);
    acceptJoin();
    assert.deepEqual(received, ['while away']);
  });

  test('reconnects in its slot after a shutdown of the server', async () => {
    await open();
    acceptJoin();
    await world.pass(10_000);
    world.socket.deliver({ type: 'reconnect', after_ms: 4_000 });
    world.socket.break();
    await world.pass(3_999);
    assert.equal(world.sockets.length, 1);
    await world.pass(1);
    assert.equal(world.sockets.length, 2);
  });

  test('replaces the connection in its slot if the server has not closed it', async () => {
    await open();
    acceptJoin();
    const old = world.socket;
    world.socket.deliver({ type: 'reconnect', after_ms: 4_000 });
    await world.pass(3_999);
    world.socket.deliver(log.add('still here'));
    await world.pass(1);
    assert.equal(old.isOpen, false);
    assert.equal(acceptJoin().after, 'e1-1');
    assert.deepEqual(received, ['still here']);
  });

  test('sends a post made during the replacement after the posts that wait', async () => {
    await open();
    acceptJoin();
    room.post('one');
    world.socket.deliver({ type: 'reconnect', after_ms: 4_000 });
    await world.pass(4_000);
    assert.equal(room.state, 'catching-up');
    world.socket.deliver(WELCOME);
    room.post('two');
    assert.deepEqual(world.socket.sentOf('post'), []);
    acceptJoin();
    world.socket.deliver({ type: 'posted', room: 'lobby', id: 'id-1', cursor: 'e1-1' });
    assert.deepEqual(
      world.socket.sentOf('post').map((post) => post.text),
      ['one', 'two'],
    );
    assert.equal(room.state, 'live');
  });

  test('is degraded while the server is, and live afterwards', async () => {
    await open();
    acceptJoin();
    world.socket.deliver({ type: 'degraded' });
    assert.equal(room.state, 'degraded');
    world.socket.deliver({ type: 'restored' });
    assert.equal(room.state, 'live');
  });

  describe('with a gap', () => {
    test('fetches it over REST while live messages wait', async () => {
      await open();
      acceptJoin();
      world.socket.deliver(log.add('one'));
      log.add('two');
      log.add('three');
      world.socket.deliver({ type: 'gap', room: 'lobby', after: 'e1-1', cursor: 'e1-3' });
      assert.equal(room.state, 'catching-up');
      world.socket.deliver(log.add('four'));
      assert.deepEqual(received, ['one']);
      await world.settle();
      assert.deepEqual(received, ['one', 'two', 'three', 'four']);
      assert.equal(room.state, 'live');
    });

    test('fetches it page by page', async () => {
      await open();
      acceptJoin();
      const all = Array.from({ length: 450 }, (_, i) => log.add(`m${i}`).text);
      world.socket.deliver({ type: 'gap', room: 'lobby', after: 'e1-0', cursor: log.end });
      await world.settle();
      assert.deepEqual(received, all);
      assert.equal(world.made('GET', '/rooms/lobby/messages?after=').length, 3);
    });

    test('reports it if the log no longer holds the messages, and delivers the rest', async () => {
      await open();
      acceptJoin();
      world.socket.deliver(log.add('one'));
      world.socket.break();
      ['two', 'three', 'four'].forEach((text) => log.add(text));
      log.trimmed = 2;
      await world.pass(1_000);
      acceptJoin();
      await world.settle();
      assert.deepEqual(received, ['one', 'GAP', 'three', 'four']);
    });

    test('reports a new epoch of the log and follows it', async () => {
      log.add('old');
      await open();
      acceptJoin();
      world.socket.break();
      log.begin('e2');
      log.add('new');
      await world.pass(1_000);
      acceptJoin();
      await world.settle();
      world.socket.deliver(log.add('newer'));
      assert.deepEqual(received, ['old', 'GAP', 'new', 'newer']);
    });

    test('retries while REST fails', async () => {
      await open();
      acceptJoin();
      log.add('one');
      world.isOnline = false;
      world.socket.deliver({ type: 'gap', room: 'lobby', after: 'e1-0', cursor: 'e1-1' });
      await world.pass(400);
      assert.equal(room.state, 'catching-up');
      world.isOnline = true;
      await world.pass(1_000);
      assert.deepEqual(received, ['one']);
      assert.equal(room.state, 'live');
    });

    test('joins again where it starts if too many messages wait', async () => {
      await open();
      acceptJoin();
      world.serve('GET', '/rooms/lobby/messages', () => new Promise(() => {}));
      world.socket.deliver({ type: 'gap', room: 'lobby', after: 'e1-0', cursor: 'e1-0' });
      for (let i = 0; i <= 2_000; i++) {
        world.socket.deliver(log.add(`m${i}`));
      }
      assert.deepEqual(world.socket.sent.slice(-2), [
        { type: 'leave', room: 'lobby' },
        { type: 'join', room: 'lobby', after: 'e1-0' },
      ]);
    });

    test('loads the newest messages and reports it if the server rejects the cursor', async () => {
      await open();
      acceptJoin();
      world.socket.deliver(log.add('one'));
      world.socket.break();
      log.add('two');
      await world.pass(1_000);
      world.socket.deliver(WELCOME, { type: 'error', code: 'bad_cursor', detail: '', room: 'lobby' });
      await world.pass(500);
      assert.deepEqual(received, ['one', 'GAP', 'two']);
    });
  });

  describe('posting', () => {
    const posts = () => world.socket.sentOf('post');

    test('is fulfilled when the log has the message', async () => {
      await open();
      acceptJoin();
      const done = room.post('hello');
      assert.deepEqual(posts(), [{ type: 'post', room: 'lobby', id: 'id-1', text: 'hello' }]);
      world.socket.deliver({ type: 'posted', room: 'lobby', id: 'id-1', cursor: 'e1-1' });
      assert.deepEqual(await done, { id: 'id-1', cursor: 'e1-1' });
    });

    test('is fulfilled by the echo of the message', async () => {
      await open();
      acceptJoin();
      const done = room.post('hello');
      world.socket.deliver(log.add('hello', 'ann', 'id-1'));
      assert.deepEqual(await done, { id: 'id-1', cursor: 'e1-1' });
    });

    test("is not fulfilled by another user's message with the same id", async () => {
      await open();
      acceptJoin();
      let settled = false;
      room.post('hello').then(() => (settled = true));
      world.socket.deliver(log.add('forged', 'mallory', 'id-1'));
      await world.settle();
      assert.equal(settled, false);
    });

    test('waits for the connection and keeps the order', async () => {
      await open();
      room.post('first');
      room.post('second');
      acceptJoin();
      world.socket.deliver({ type: 'posted', room: 'lobby', id: 'id-1', cursor: 'e1-1' });
      assert.deepEqual(
        posts().map((frame) => frame.text),
        ['first', 'second'],
      );
    });

    test('is repeated under the same id until an answer arrives', async () => {
      await open();
      acceptJoin();
      const done = room.post('hello');
      world.socket.break();
      await world.pass(1_000);
      acceptJoin();
      assert.deepEqual(
        posts().map((frame) => frame.id),
        ['id-1'],
      );
      await world.pass(10_000);
      assert.deepEqual(
        posts().map((frame) => frame.id),
        ['id-1', 'id-1'],
      );
      world.socket.deliver({ type: 'posted', room: 'lobby', id: 'id-1', cursor: 'e1-1' });
      await done;
      await world.pass(15_000);
      assert.equal(posts().length, 2);
    });

    test("is rejected with the server's reason", async () => {
      await open();
      acceptJoin();
      const done = room.post('x'.repeat(20_000));
      world.socket.deliver({
        type: 'error',
        code: 'too_long',
        detail: 'At most 16384 bytes',
        room: 'lobby',
        id: 'id-1',
      });
      await assert.rejects(done, { code: 'too_long', message: 'At most 16384 bytes' });
      assert.equal(room.state, 'live');
    });

    test('is repeated after a transient error', async () => {
      await open();
      acceptJoin();
      room.post('hello');
      world.socket.deliver({ type: 'error', code: 'unavailable', detail: '', room: 'lobby', id: 'id-1' });
      assert.equal(posts().length, 1);
      await world.pass(500);
      assert.equal(posts().length, 2);
    });

    test('joins again if the server has forgotten the join', async () => {
      await open();
      acceptJoin();
      room.post('hello');
      world.socket.deliver({ type: 'error', code: 'not_joined', detail: '', room: 'lobby', id: 'id-1' });
      await world.pass(1_000);
      assert.equal(world.socket.sentOf('join').length, 2);
      world.socket.deliver({ type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true, members: [] });
      assert.equal(posts().length, 2);
    });

    test('is not repeated after the server has forgotten its id', async () => {
      await open();
      acceptJoin();
      const done = room.post('hello');
      done.catch(() => {});
      world.isOnline = false;
      world.socket.break();
      await world.pass(9 * 60_000);
      world.isOnline = true;
      world.dispatch('online');
      await world.settle();
      acceptJoin();
      await assert.rejects(done, { code: 'uncertain' });
      assert.equal(posts().length, 0);
    });

    test('waits for hours if it was never sent', async () => {
      await open();
      world.isOnline = false;
      room.post('hello');
      await world.pass(3 * 3_600_000);
      world.isOnline = true;
      world.dispatch('online');
      await world.settle();
      acceptJoin();
      assert.equal(posts().length, 1);
    });

    test('is rejected if a hundred others wait', async () => {
      await open();
      for (let i = 0; i < 100; i++) {
        room.post('x');
      }
      await assert.rejects(room.post('one more'), { code: 'busy' });
    });

    test('is rejected when the room is left', async () => {
      await open();
      const done = room.post('hello');
      room.leave();
      await Promise.all([assert.rejects(done, { code: 'left' }), world.pass(3_000)]);
      await assert.rejects(room.post('too late'), { code: 'left' });
    });
  });

  test('posts to a forbidden room are rejected, also those made before its rejection', async () => {
    await open();
    room.on('error', () => {});
    const before = room.post('let me in');
    world.socket.deliver({ type: 'error', code: 'forbidden', detail: 'no', room: 'lobby' });
    await assert.rejects(before, { code: 'forbidden' });
    await assert.rejects(room.post('please'), { code: 'forbidden' });
  });

  test('edits and deletes are fulfilled when the log has them', async () => {
    log.add('helo', 'ann');
    await open();
    acceptJoin();
    const edit = room.edit('e1-1', 'hello');
    const frame = { type: 'edit', room: 'lobby', id: 'id-1', message: 'e1-1', text: 'hello' };
    assert.deepEqual(world.socket.sent.at(-1), frame);
    world.socket.deliver({
      type: 'edited',
      cursor: 'e1-2',
      room: 'lobby',
      message: 'e1-1',
      author: 'ann',
      text: 'hello',
    });
    await edit;
    const gone = room.delete('e1-1');
    world.socket.deliver({ type: 'error', code: 'forbidden', detail: 'no', room: 'lobby', id: 'id-2' });
    await assert.rejects(gone, { code: 'forbidden' });
    assert.equal(room.state, 'live');
  });

  test('a rejection that names a message is of the change of it that was sent', async () => {
    log.add('one', 'ann');
    await open();
    acceptJoin();
    const edit = room.edit('e1-1', 'uno');
    world.socket.deliver({ type: 'error', code: 'forbidden', detail: 'not yours', room: 'lobby', message: 'e1-1' });
    await assert.rejects(edit, { code: 'forbidden' });
    assert.equal(room.state, 'live');
  });

  test('loads older messages by page', async () => {
    for (let i = 1; i <= 60; i++) {
      log.add(`m${i}`);
    }
    await open();
    assert.equal(received[0], 'm11');
    const { messages, older } = await room.history({ before: 'e1-11', limit: 5 });
    assert.deepEqual(
      messages.map((message) => message.text),
      ['m6', 'm7', 'm8', 'm9', 'm10'],
    );
    assert.equal(older, true);
  });

  test('updates its members', async () => {
    await open();
    acceptJoin(world.socket, { members: [{ user: 'ann', name: 'ann' }] });
    world.socket.deliver({ type: 'members', room: 'lobby', joined: [{ user: 'bob', name: 'bob' }], left: ['ann'] });
    assert.deepEqual(room.members, [{ user: 'bob', name: 'bob' }]);
  });

  test('shares one socket with all rooms of the page, and the last one closes it', async () => {
    new FakeLog(world, 'kitchen');
    const live = connect({ name: 'ann', chat: '', env: world.env() });
    const [lobby, kitchen] = [live.chat('lobby'), live.chat('kitchen')];
    await world.settle();
    world.socket.deliver(WELCOME);
    assert.deepEqual(
      world.socket.sentOf('join').map((frame) => frame.room),
      ['lobby', 'kitchen'],
    );
    assert.equal(world.sockets.length, 1);
    lobby.leave();
    await world.pass(3_000);
    assert.equal(world.socket.isOpen, true);
    kitchen.leave();
    await world.pass(3_000);
    assert.equal(world.socket.isOpen, false);
    await world.pass(60_000);
    assert.equal(world.sockets.length, 1);
  });

  test('reports a rejection and does not join again', async () => {
    world.serve('GET', '/rooms/lobby/messages', () => ({ status: 400, json: { code: 'bad_room', detail: 'no such' } }));
    await open();
    world.socket.deliver(WELCOME);
    await world.pass(60_000);
    assert.deepEqual(errors, ['bad_room']);
    assert.equal(world.made('GET', '/rooms/lobby/messages?limit=50').length, 1);
  });
});
