import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from './world.js';

describe('a chat room', () => {
  let world;
  let log;
  let room;
  let heard;
  let states;
  let errors;

  beforeEach(() => {
    world = new World();
    log = new FakeLog(world);
  });

  /** Opens the room; what it tells is kept. */
  async function open() {
    room = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() }).chat('lobby');
    heard = [];
    states = [];
    errors = [];
    room.on('error', (error) => errors.push(error.code));
    room.on('message', (message) => heard.push(message.text));
    room.on('gap', () => heard.push('GAP'));
    room.on('state', (state) => states.push(state));
    await world.settle();
  }

  /** The server lets it in: what came after its cursor, then live. */
  function letIn(socket = world.socket, frame = {}) {
    socket.say(WELCOME);
    const join = socket.sentOf('join').at(-1);
    const [epoch, offset] = join.after.split('-');
    const recovered = epoch === log.epoch && Number(offset) >= log.trimmed;
    socket.say({ type: 'joined', room: 'lobby', cursor: recovered ? join.after : log.end, recovered, members: [], ...frame });
    if (recovered) {
      log.events.slice(Number(offset)).forEach((event) => socket.say(event));
    }
    return join;
  }

  test('tells the newest messages, then joins behind them', async () => {
    log.add('one');
    log.add('two');
    await open();
    assert.deepEqual(heard, ['one', 'two']);
    const join = letIn();
    assert.deepEqual(join, { type: 'join', room: 'lobby', after: 'e1-2' });
    world.socket.say(log.add('three'));
    assert.deepEqual(heard, ['one', 'two', 'three']);
    assert.deepEqual(states, ['catching-up', 'live']);
  });

  test('a name and a room may hold anything', async () => {
    room = connect({ name: 'a&b ü', chat: 'https://chat.test/', env: world.env() }).chat('café');
    await world.settle();
    assert.equal(world.socket.address, 'wss://chat.test/chat?name=a%26b%20%C3%BC');
    assert.equal(world.requests.at(-1).address, 'https://chat.test/rooms/caf%C3%A9/messages?limit=50');
  });

  test('asks the page\'s origin where the services are', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: { chat: 'https://chat.test', dashboard: '', presence: '' } }));
    connect({ name: 'ann', env: world.env() }).chat('lobby');
    await world.settle();
    assert.equal(world.socket.address, 'wss://chat.test/chat?name=ann');
  });

  test('a page of another site: an address that is left open is where the answer came from', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: { chat: '', dashboard: '', presence: '' } }));
    connect({ name: 'ann', at: 'https://live.test', env: world.env() }).chat('lobby');
    await world.settle();
    assert.equal(world.socket.address, 'wss://live.test/chat?name=ann');
  });

  for (const at of ['https://live.test/realtime', 'https://live.test/realtime/']) {
    test(`services below a path are found there: ${at}`, async () => {
      world.serve('GET', '/realtime/liveline.json', () => ({ json: { chat: '', dashboard: '', presence: '' } }));
      connect({ name: 'ann', at, env: world.env() }).chat('lobby');
      await world.settle();
      assert.equal(world.made('GET', '/realtime/liveline.json').length, 1);
      assert.equal(world.socket.address, 'wss://live.test/realtime/chat?name=ann');
      assert.equal(world.requests.at(-1).address, 'https://live.test/realtime/rooms/lobby/messages?limit=50');
    });
  }

  test('reads many documents from one frame', async () => {
    await open();
    letIn();
    world.socket.say(log.add('one'), log.add('two'), log.add('three'));
    assert.deepEqual(heard, ['one', 'two', 'three']);
  });

  test('resumes by its cursor after a break, without loss or repetition', async () => {
    await open();
    letIn();
    world.socket.say(log.add('one'));
    world.socket.break();
    log.add('two');
    log.add('three');
    await world.pass(1_000);
    assert.equal(letIn().after, 'e1-1');
    assert.deepEqual(heard, ['one', 'two', 'three']);
    assert.equal(room.state, 'live');
  });

  test('an event that comes twice is told once', async () => {
    await open();
    letIn();
    const event = log.add('one');
    world.socket.say(event, event);
    world.socket.break();
    await world.pass(1_000);
    letIn();
    world.socket.say(event);
    assert.deepEqual(heard, ['one']);
  });

  test('every cut point of a stream gives the whole stream', async () => {
    for (let cut = 0; cut <= 20; cut++) {
      world = new World();
      log = new FakeLog(world);
      await open();
      letIn();
      const all = Array.from({ length: 20 }, (_, i) => log.add(`m${i}`));
      all.slice(0, cut).forEach((event) => world.socket.say(event));
      world.socket.break();
      await world.pass(1_000);
      letIn();
      assert.deepEqual(heard, all.map((event) => event.text), `cut after ${cut}`);
    }
  });

  test('what an abandoned connection still says is not heard', async () => {
    await open();
    letIn();
    const old = world.socket;
    const listener = old.onmessage;
    world.tell('online');
    await world.settle();
    listener({ data: JSON.stringify(log.add('ghost')) });
    assert.deepEqual(heard, []);
  });

  test('attempts back off with jitter, and states are told as they are', async () => {
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

  test('a connection that never says anything is given up', async () => {
    await open();
    const silent = world.socket;
    await world.pass(11_000);
    assert.equal(silent.isOpen, false);
    assert.equal(world.sockets.length, 2);
  });

  test('a server that falls silent counts as dead, one that sends heartbeats does not', async () => {
    await open();
    letIn();
    for (let i = 0; i < 5; i++) {
      await world.pass(25_000);
      world.socket.say({ type: 'heartbeat' });
    }
    assert.equal(world.sockets.length, 1);
    assert.ok(world.socket.sentOf('heartbeat').length >= 3);
    const dead = world.socket;
    await world.pass(36_000);
    assert.equal(dead.isOpen, false);
    assert.equal(world.sockets.length, 2);
  });

  test('a heartbeat is answered, so that a page whose timers are slowed down stays connected', async () => {
    await open();
    letIn();
    world.time += 25_000;
    world.socket.say({ type: 'heartbeat' });
    assert.equal(world.socket.sentOf('heartbeat').length, 1);
    world.socket.say({ type: 'heartbeat' });
    assert.equal(world.socket.sentOf('heartbeat').length, 1);
  });

  test('network back: connects at once instead of waiting', async () => {
    await open();
    letIn();
    world.tell('offline');
    assert.equal(room.state, 'offline');
    world.isOnline = false;
    for (let i = 0; i < 6; i++) {
      await world.pass(5_000);
      world.socket.break();
    }
    log.add('while away');
    world.isOnline = true;
    const before = world.sockets.length;
    world.tell('online');
    await world.settle();
    assert.equal(world.sockets.length, before + 1);
    letIn();
    assert.deepEqual(heard, ['while away']);
  });

  test('keeps its slot when the server goes down', async () => {
    await open();
    letIn();
    await world.pass(10_000);
    world.socket.say({ type: 'reconnect', after_ms: 4_000 });
    world.socket.break();
    await world.pass(3_999);
    assert.equal(world.sockets.length, 1);
    await world.pass(1);
    assert.equal(world.sockets.length, 2);
  });

  test('goes over by itself in its slot when the server has not closed yet', async () => {
    await open();
    letIn();
    const old = world.socket;
    world.socket.say({ type: 'reconnect', after_ms: 4_000 });
    await world.pass(3_999);
    world.socket.say(log.add('still here'));
    await world.pass(1);
    assert.equal(old.isOpen, false);
    assert.equal(letIn().after, 'e1-1');
    assert.deepEqual(heard, ['still here']);
  });

  test('what is said while it goes over in its slot is sent behind what waits from before', async () => {
    await open();
    letIn();
    room.post('one');
    world.socket.say({ type: 'reconnect', after_ms: 4_000 });
    await world.pass(4_000);
    assert.equal(room.state, 'catching-up');
    world.socket.say(WELCOME);
    room.post('two');
    assert.deepEqual(world.socket.sentOf('post'), []);
    letIn();
    assert.deepEqual(world.socket.sentOf('post').map((post) => post.text), ['one', 'two']);
    assert.equal(room.state, 'live');
  });

  test('says degraded while the server is, and live after', async () => {
    await open();
    letIn();
    world.socket.say({ type: 'degraded' });
    assert.equal(room.state, 'degraded');
    world.socket.say({ type: 'restored' });
    assert.equal(room.state, 'live');
  });

  describe('with a hole', () => {
    test('is fetched over REST while live messages wait behind it', async () => {
      await open();
      letIn();
      world.socket.say(log.add('one'));
      log.add('two');
      log.add('three');
      world.socket.say({ type: 'gap', room: 'lobby', after: 'e1-1', cursor: 'e1-3' });
      assert.equal(room.state, 'catching-up');
      world.socket.say(log.add('four'));
      assert.deepEqual(heard, ['one']);
      await world.settle();
      assert.deepEqual(heard, ['one', 'two', 'three', 'four']);
      assert.equal(room.state, 'live');
    });

    test('is fetched page by page', async () => {
      await open();
      letIn();
      const all = Array.from({ length: 450 }, (_, i) => log.add(`m${i}`).text);
      world.socket.say({ type: 'gap', room: 'lobby', after: 'e1-0', cursor: log.end });
      await world.settle();
      assert.deepEqual(heard, all);
      assert.equal(world.made('GET', '/rooms/lobby/messages?after=').length, 3);
    });

    test('that the log no longer holds is told, and what is left follows', async () => {
      await open();
      letIn();
      world.socket.say(log.add('one'));
      world.socket.break();
      ['two', 'three', 'four'].forEach((text) => log.add(text));
      log.trimmed = 2;
      await world.pass(1_000);
      letIn();
      await world.settle();
      assert.deepEqual(heard, ['one', 'GAP', 'three', 'four']);
    });

    test('another life of the log is told, and followed', async () => {
      log.add('old');
      await open();
      letIn();
      world.socket.break();
      log.begin('e2');
      log.add('new');
      await world.pass(1_000);
      letIn();
      await world.settle();
      world.socket.say(log.add('newer'));
      assert.deepEqual(heard, ['old', 'GAP', 'new', 'newer']);
    });

    test('keeps trying while REST fails', async () => {
      await open();
      letIn();
      log.add('one');
      world.isOnline = false;
      world.socket.say({ type: 'gap', room: 'lobby', after: 'e1-0', cursor: 'e1-1' });
      await world.pass(400);
      assert.equal(room.state, 'catching-up');
      world.isOnline = true;
      await world.pass(1_000);
      assert.deepEqual(heard, ['one']);
      assert.equal(room.state, 'live');
    });

    test('more than can wait behind it: the room is joined anew where the hole begins', async () => {
      await open();
      letIn();
      world.serve('GET', '/rooms/lobby/messages', () => new Promise(() => {}));
      world.socket.say({ type: 'gap', room: 'lobby', after: 'e1-0', cursor: 'e1-0' });
      for (let i = 0; i <= 2_000; i++) {
        world.socket.say(log.add(`m${i}`));
      }
      assert.deepEqual(world.socket.sent.slice(-2), [{ type: 'leave', room: 'lobby' }, { type: 'join', room: 'lobby', after: 'e1-0' }]);
    });

    test('a cursor that the server does not understand: the newest messages, and the hole is told', async () => {
      await open();
      letIn();
      world.socket.say(log.add('one'));
      world.socket.break();
      log.add('two');
      await world.pass(1_000);
      world.socket.say(WELCOME, { type: 'error', code: 'bad_cursor', detail: '', room: 'lobby' });
      await world.settle();
      assert.deepEqual(heard, ['one', 'GAP', 'two']);
    });
  });

  describe('posting', () => {
    const posts = () => world.socket.sentOf('post');

    test('resolves when the log has it', async () => {
      await open();
      letIn();
      const done = room.post('hello');
      assert.deepEqual(posts(), [{ type: 'post', room: 'lobby', id: 'id-1', text: 'hello' }]);
      world.socket.say({ type: 'posted', room: 'lobby', id: 'id-1', cursor: 'e1-1' });
      assert.deepEqual(await done, { id: 'id-1', cursor: 'e1-1' });
    });

    test('its own echo is proof enough', async () => {
      await open();
      letIn();
      const done = room.post('hello');
      world.socket.say(log.add('hello', 'ann', 'id-1'));
      assert.deepEqual(await done, { id: 'id-1', cursor: 'e1-1' });
    });

    test('somebody else\'s message under the same id is not', async () => {
      await open();
      letIn();
      let settled = false;
      room.post('hello').then(() => (settled = true));
      world.socket.say(log.add('forged', 'mallory', 'id-1'));
      await world.settle();
      assert.equal(settled, false);
    });

    test('waits for the connection, in the order in which it was said', async () => {
      await open();
      room.post('first');
      room.post('second');
      letIn();
      assert.deepEqual(posts().map((frame) => frame.text), ['first', 'second']);
    });

    test('is repeated under the same id until there is an answer', async () => {
      await open();
      letIn();
      const done = room.post('hello');
      world.socket.break();
      await world.pass(1_000);
      letIn();
      assert.deepEqual(posts().map((frame) => frame.id), ['id-1']);
      await world.pass(10_000);
      assert.deepEqual(posts().map((frame) => frame.id), ['id-1', 'id-1']);
      world.socket.say({ type: 'posted', room: 'lobby', id: 'id-1', cursor: 'e1-1' });
      await done;
      await world.pass(15_000);
      assert.equal(posts().length, 2);
    });

    test('is rejected when the server refuses it, with its reason', async () => {
      await open();
      letIn();
      const done = room.post('x'.repeat(20_000));
      world.socket.say({ type: 'error', code: 'too_long', detail: 'At most 16384 bytes', room: 'lobby', id: 'id-1' });
      await assert.rejects(done, { code: 'too_long', message: 'At most 16384 bytes' });
      assert.equal(room.state, 'live');
    });

    test('is tried again when the server cannot now', async () => {
      await open();
      letIn();
      room.post('hello');
      world.socket.say({ type: 'error', code: 'unavailable', detail: '', room: 'lobby', id: 'id-1' });
      assert.equal(posts().length, 1);
      await world.pass(500);
      assert.equal(posts().length, 2);
    });

    test('joins again when the server has forgotten that we had', async () => {
      await open();
      letIn();
      room.post('hello');
      world.socket.say({ type: 'error', code: 'not_joined', detail: '', room: 'lobby', id: 'id-1' });
      await world.pass(1_000);
      assert.equal(world.socket.sentOf('join').length, 2);
      world.socket.say({ type: 'joined', room: 'lobby', cursor: 'e1-0', recovered: true, members: [] });
      assert.equal(posts().length, 2);
    });

    test('is not repeated when the server would no longer know it again', async () => {
      await open();
      letIn();
      const done = room.post('hello');
      done.catch(() => {});
      world.isOnline = false;
      world.socket.break();
      await world.pass(9 * 60_000);
      world.isOnline = true;
      world.tell('online');
      await world.settle();
      letIn();
      await assert.rejects(done, { code: 'uncertain' });
      assert.equal(posts().length, 0);
    });

    test('but waits for hours when it was never sent', async () => {
      await open();
      world.isOnline = false;
      room.post('hello');
      await world.pass(3 * 3_600_000);
      world.isOnline = true;
      world.tell('online');
      await world.settle();
      letIn();
      assert.equal(posts().length, 1);
    });

    test('a hundred may wait, one more is refused', async () => {
      await open();
      for (let i = 0; i < 100; i++) {
        room.post('x');
      }
      await assert.rejects(room.post('one more'), { code: 'busy' });
    });

    test('leaving the room rejects what was not said', async () => {
      await open();
      const done = room.post('hello');
      room.leave();
      await assert.rejects(done, { code: 'left' });
    });
  });

  test('what is said in a room that may not be entered is refused, also what was said before that was known', async () => {
    await open();
    room.on('error', () => {});
    const before = room.post('let me in');
    world.socket.say({ type: 'error', code: 'forbidden', detail: 'no', room: 'lobby' });
    await assert.rejects(before, { code: 'forbidden' });
    await assert.rejects(room.post('please'), { code: 'forbidden' });
  });

  test('edits and deletes resolve when the log has them', async () => {
    log.add('helo', 'ann');
    await open();
    letIn();
    const edit = room.edit('e1-1', 'hello');
    assert.deepEqual(world.socket.sent.at(-1), { type: 'edit', room: 'lobby', message: 'e1-1', text: 'hello' });
    world.socket.say({ type: 'edited', cursor: 'e1-2', room: 'lobby', message: 'e1-1', author: 'ann', text: 'hello' });
    await edit;
    const gone = room.delete('e1-1');
    world.socket.say({ type: 'error', code: 'forbidden', detail: 'no', room: 'lobby' });
    await assert.rejects(gone, { code: 'forbidden' });
  });

  test('a change that is refused is the one of the message that the refusal names', async () => {
    log.add('one', 'ann');
    log.add('two', 'bob');
    await open();
    letIn();
    const mine = room.edit('e1-1', 'uno');
    const theirs = room.edit('e1-2', 'dos');
    world.socket.say({ type: 'error', code: 'forbidden', detail: 'not yours', room: 'lobby', message: 'e1-2' });
    await assert.rejects(theirs, { code: 'forbidden' });
    world.socket.say({ type: 'edited', cursor: 'e1-3', room: 'lobby', message: 'e1-1', author: 'ann', text: 'uno' });
    await mine;
  });

  test('older messages come by page', async () => {
    for (let i = 1; i <= 60; i++) {
      log.add(`m${i}`);
    }
    await open();
    assert.equal(heard[0], 'm11');
    const { messages, older } = await room.history({ before: 'e1-11', limit: 5 });
    assert.deepEqual(messages.map((message) => message.text), ['m6', 'm7', 'm8', 'm9', 'm10']);
    assert.equal(older, true);
  });

  test('members come and go', async () => {
    await open();
    letIn(world.socket, { members: [{ user: 'ann', name: 'ann' }] });
    world.socket.say({ type: 'members', room: 'lobby', joined: [{ user: 'bob', name: 'bob' }], left: ['ann'] });
    assert.deepEqual(room.members, [{ user: 'bob', name: 'bob' }]);
  });

  test('all rooms of a page share one socket, and the last to leave closes it', async () => {
    new FakeLog(world, 'kitchen');
    const live = connect({ name: 'ann', chat: '', env: world.env() });
    const [lobby, kitchen] = [live.chat('lobby'), live.chat('kitchen')];
    await world.settle();
    world.socket.say(WELCOME);
    assert.deepEqual(world.socket.sentOf('join').map((frame) => frame.room), ['lobby', 'kitchen']);
    assert.equal(world.sockets.length, 1);
    assert.equal(live.chat('lobby'), lobby);
    lobby.leave();
    assert.equal(world.socket.isOpen, true);
    kitchen.leave();
    assert.equal(world.socket.isOpen, false);
    await world.pass(60_000);
    assert.equal(world.sockets.length, 1);
  });

  test('a room that is refused says so and is not asked for again', async () => {
    world.serve('GET', '/rooms/lobby/messages', () => ({ status: 400, json: { code: 'bad_room', detail: 'no such' } }));
    await open();
    world.socket.say(WELCOME);
    await world.pass(60_000);
    assert.deepEqual(errors, ['bad_room']);
    assert.equal(world.made('GET', '/rooms/lobby/messages').length, 1);
  });
});
