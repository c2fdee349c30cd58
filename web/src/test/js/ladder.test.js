import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { openPlainPoll } from '../../main/resources/META-INF/resources/liveline/httpconnection.js';
import { Ladder } from '../../main/resources/META-INF/resources/liveline/ladder.js';
import { FakeLog, WELCOME, World } from './world.js';

describe('the ladder', () => {
  let world;
  let log;
  let live;
  let room;
  let received;
  /** True while a proxy refuses every WebSocket. */
  let blocked;

  beforeEach(() => {
    world = new World();
    log = new FakeLog(world);
    blocked = true;
  });

  test('a poll at an interval takes no connection slot', async () => {
    let requested = 0;
    const locks = { request: async () => void requested++ };
    const connection = openPlainPoll(() => 3_000)(
      { ...world.env(), locks },
      { base: '', name: 'ann' },
      { frame: () => {}, ready: () => {}, closed: () => {} },
    );
    connection.send({ type: 'join', room: 'lobby' });
    await world.settle();
    assert.equal(requested, 0);
    connection.close();
  });

  async function open() {
    live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
    room = live.chat('lobby');
    received = [];
    room.on('message', (message) => received.push(message.text));
    room.on('gap', () => received.push('GAP'));
    await world.settle();
  }

  /** Passes time and breaks sockets while they are blocked. */
  async function pass(ms) {
    for (let step = 0; step < ms; step += 500) {
      world.sockets.filter((socket) => socket.isOpen).forEach((socket) => blocked && socket.break());
      await world.pass(500);
    }
  }

  function publish(text) {
    log.publish(log.add(text));
    return world.settle();
  }

  function acceptJoin(socket = world.socket) {
    socket.deliver(WELCOME);
    const { after } = socket.sentOf('join').at(-1);
    socket.deliver({ type: 'joined', room: 'lobby', cursor: after, recovered: true, members: [] });
    log.events.slice(Number(after.split('-')[1])).forEach((event) => socket.deliver(event));
  }

  test('changes to SSE after three blocked WebSockets', async () => {
    log.add('one');
    await open();
    await pass(3_000);
    assert.equal(world.sockets.length, 3);
    assert.equal(room.transport, 'sse');
    assert.equal(room.state, 'live');
    await publish('two');
    assert.deepEqual(received, ['one', 'two']);
  });

  test('resumes a stream that ended with its token, without an event to the application', async () => {
    log.add('one');
    await open();
    await pass(3_000);
    const errors = [];
    room.on('error', (error) => errors.push(error.code));
    room.on('state', (state) => errors.push(state));

    log.stream.deliver({ type: 'error', room: 'lobby', code: 'token_expired', detail: 'The token has expired' });
    log.stream.close();
    await publish('two');
    await pass(1_000);

    assert.equal(log.streams.length, 2);
    assert.equal(world.sockets.length, 3);
    assert.deepEqual(received, ['one', 'two']);
    assert.deepEqual(errors, []);
    assert.equal(room.transport, 'sse');
  });

  test('changes to long-poll if a proxy buffers SSE', async () => {
    log.streaming = 'silent';
    await open();
    await pass(3_000);
    await pass(8_000);
    assert.equal(room.transport, 'longpoll');
    assert.equal(room.state, 'live');
    await publish('one');
    await publish('two');
    assert.deepEqual(received, ['one', 'two']);
    const held = world.made('GET', '/rooms/lobby/messages').filter((request) => request.headers.Prefer);
    assert.equal(held[0].headers.Prefer, 'wait=25');
  });

  test('changes to long-poll if only the comments of SSE arrive', async () => {
    log.streaming = 'silent';
    await open();
    await pass(3_000);
    for (let i = 0; i < 3; i++) {
      log.stream.write(':\n\n');
      await pass(2_000);
    }
    await pass(3_000);
    assert.equal(room.transport, 'longpoll');
  });

  test('changes to long-poll at once if the server does not stream rooms', async () => {
    log.streaming = false;
    await open();
    await pass(3_000);
    assert.equal(room.transport, 'longpoll');
  });

  for (const [how, answer] of [
    ['a proxy forbids them', () => ({ status: 403 })],
    ['a proxy fails', () => ({ status: 502 })],
    ['connections are reset', () => Promise.reject(new TypeError('Failed to fetch'))],
  ]) {
    test(`changes to long-poll where SSE does not get through, because ${how}`, async () => {
      world.serve('GET', '/rooms/lobby/messages', (request) =>
        request.headers.Accept ? answer() : log.answer(request),
      );
      await open();
      const errors = [];
      room.on('error', (error) => errors.push(error.code));
      await pass(6_000);
      assert.equal(room.transport, 'longpoll');
      assert.equal(room.state, 'live');
      await publish('one');
      assert.deepEqual(received, ['one']);
      assert.deepEqual(errors, []);
    });
  }

  test('changes to long-poll also if the service itself refuses the request that finds out whether it is there', async () => {
    world.serve('GET', '/rooms/lobby/messages', (request) => {
      const isProbe = request.path.includes('limit=1&');
      const refusal = { status: 429, json: { code: 'rate_limited' } };
      return isProbe ? refusal : request.headers.Accept ? { status: 502 } : log.answer(request);
    });
    await open();
    await pass(6_000);
    assert.equal(room.transport, 'longpoll');
    assert.equal(room.state, 'live');
  });

  test('tries no lower transport while a proxy answers for a server that is down', async () => {
    world.serve('GET', '/rooms/lobby/messages', () => ({ status: 502 }));
    await open();
    await pass(60_000);
    assert.ok(world.sockets.length > 6, `${world.sockets.length} WebSockets`);
    assert.deepEqual(world.requests.filter(({ headers }) => headers.Accept === 'text/event-stream'), []);
  });

  test('stays with WebSocket while the server is down', async () => {
    blocked = false;
    await open();
    acceptJoin();
    await world.pass(11_000);
    world.isOnline = false;
    blocked = true;
    await pass(120_000);
    world.isOnline = true;
    blocked = false;
    for (let i = 0; i < 40 && room.state !== 'live'; i++) {
      await world.pass(500);
      if (world.socket.isOpen && world.socket.sent.length === 0) {
        acceptJoin();
      }
    }
    assert.equal(room.transport, 'websocket');
    assert.equal(log.streams.length, 0);
  });

  test('pauses between polls that the server does not hold', async () => {
    log.streaming = false;
    await open();
    await pass(3_000);
    world.serve('GET', '/rooms/lobby/messages', () => ({
      json: { room: 'lobby', messages: [], cursor: 'e1-0', complete: true, more: false },
    }));
    log.release();
    await world.settle();
    const before = world.made('GET', '/rooms/lobby/messages').length;
    await world.pass(9_000);
    assert.equal(world.made('GET', '/rooms/lobby/messages').length, before + 3);
  });

  test('gives up silent WebSockets after two attempts', async () => {
    blocked = false;
    await open();
    await world.pass(13_000);
    assert.equal(room.transport, 'sse');
    assert.equal(world.sockets.length, 2);
  });

  test('loses and repeats nothing wherever a proxy cuts the WebSocket', async () => {
    for (let cut = 0; cut <= 6; cut++) {
      world = new World();
      log = new FakeLog(world);
      blocked = false;
      await open();
      acceptJoin();
      for (let i = 0; i < 6; i++) {
        const event = log.add(`m${i}`);
        if (i < cut) {
          world.socket.deliver(event);
        }
      }
      blocked = true;
      await pass(5_000);
      assert.equal(room.transport, 'sse');
      await publish('after');
      assert.deepEqual(received, ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'after'], `cut after ${cut}`);
    }
  });

  test('counts WebSockets that never last as blocked', async () => {
    blocked = false;
    await open();
    for (let i = 0; i < 3; i++) {
      acceptJoin();
      world.socket.break();
      await world.pass(i < 2 ? 4_000 : 0);
    }
    await world.settle();
    assert.equal(room.transport, 'sse');
  });

  test('tries all transports while the server is down', async () => {
    blocked = false;
    await open();
    acceptJoin();
    await world.pass(11_000);
    world.isOnline = false;
    world.socket.break();
    blocked = true;
    await pass(120_000);
    assert.ok(world.sockets.length > 4);
    assert.equal(room.state, 'offline');
    log.add('missed');
    world.isOnline = true;
    blocked = false;
    for (let i = 0; i < 60 && room.state !== 'live'; i++) {
      await world.pass(500);
      if (world.socket.isOpen && world.socket.sent.length === 0) {
        acceptJoin();
      }
    }
    assert.deepEqual(received, ['missed']);
  });

  test('returns to WebSocket when it works again and keeps the other transport until then', async () => {
    await open();
    await pass(3_000);
    await publish('one');
    blocked = false;
    const before = world.sockets.length;
    await world.pass(30_000);
    assert.equal(world.sockets.length, before + 1);
    await publish('two');
    assert.equal(room.transport, 'sse');
    acceptJoin();
    assert.equal(room.transport, 'websocket');
    assert.equal(room.state, 'live');
    assert.equal(log.stream.isOpen, false);
    world.socket.deliver(log.add('three'));
    assert.deepEqual(received, ['one', 'two', 'three']);
  });

  test('attempts to return become rarer', async () => {
    await open();
    await pass(3_000);
    const before = world.sockets.length;
    const at = [];
    for (let i = 0; i < 600; i++) {
      const known = world.sockets.length;
      await pass(1_000);
      log.stream.write(':\n\n');
      if (world.sockets.length > known) {
        at.push(i);
      }
    }
    assert.ok(at.length >= 3 && at.length <= 6, `${at}`);
    assert.equal(room.transport, 'sse');
    assert.equal(world.sockets.length, before + at.length);
  });

  test('starts with WebSocket on another network', async () => {
    await open();
    await pass(3_000);
    blocked = false;
    world.dispatch('online');
    await world.settle();
    assert.equal(room.transport, 'websocket');
    acceptJoin();
    assert.equal(room.state, 'live');
  });

  test('sends posts by POST one after the other, and does not duplicate one that the socket sent', async () => {
    blocked = false;
    await open();
    acceptJoin();
    const first = room.post('first');
    const [frame] = world.socket.sentOf('post');
    log.add(frame.text, 'ann', frame.id);
    blocked = true;
    const second = room.post('second');
    const third = room.post('third');
    await pass(5_000);
    assert.deepEqual(await Promise.all([first, second, third]), [
      { id: 'id-1', cursor: 'e1-1' },
      { id: 'id-2', cursor: 'e1-2' },
      { id: 'id-3', cursor: 'e1-3' },
    ]);
    assert.deepEqual(received, ['first', 'second', 'third']);
    assert.equal(log.events.length, 3);
  });

  test('reports why a post was rejected over HTTP, and repeats one that failed', async () => {
    await open();
    await pass(3_000);
    let attempts = 0;
    world.serve('POST', '/rooms/lobby/messages', ({ json }) =>
      json.text === 'long'
        ? { status: 413, json: { code: 'too_long', detail: 'no' } }
        : ++attempts < 3
          ? { status: 502 }
          : { status: 201, json: { cursor: 'e1-9' } },
    );
    const good = room.post('good');
    await Promise.all([assert.rejects(room.post('long'), { code: 'too_long' }), world.pass(5_000)]);
    assert.equal((await good).cursor, 'e1-9');
    assert.equal(room.state, 'live');
  });

  test('sends edits and deletes by PATCH and DELETE', async () => {
    await open();
    await pass(3_000);
    world.serve('PATCH', '/rooms/lobby/messages/e1-1', () => ({ json: { cursor: 'e1-2' } }));
    world.serve('DELETE', '/rooms/lobby/messages/e1-1', () => ({
      status: 403,
      json: { code: 'forbidden', detail: 'not yours' },
    }));
    await room.edit('e1-1', 'new');
    const [edit] = world.made('PATCH', '/');
    assert.deepEqual([edit.path, edit.json], ['/rooms/lobby/messages/e1-1?name=ann', { text: 'new' }]);
    await assert.rejects(room.delete('e1-1'), { code: 'forbidden' });
  });

  test('fills a gap on every transport', async () => {
    log.add('one');
    await open();
    await pass(3_000);
    ['two', 'three', 'four'].forEach((text) => log.add(text));
    log.trimmed = 2;
    log.stream.break();
    await pass(2_000);
    assert.deepEqual(received, ['one', 'GAP', 'three', 'four']);
    log.streaming = false;
    log.stream.break();
    await pass(10_000);
    assert.equal(room.transport, 'longpoll');
    ['five', 'six', 'seven'].forEach((text) => log.add(text));
    log.trimmed = 6;
    log.release();
    await world.settle();
    await publish('eight');
    assert.deepEqual(received, ['one', 'GAP', 'three', 'four', 'GAP', 'seven', 'eight']);
  });

  test('closes a silent stream and keeps one with comments', async () => {
    await open();
    await pass(3_000);
    for (let i = 0; i < 4; i++) {
      await pass(15_000);
      log.stream.write(':\n\n');
    }
    assert.equal(log.streams.length, 1);
    await pass(36_000);
    assert.equal(log.streams.length, 2);
  });

  test('uses the heartbeat interval of the server for a stream', async () => {
    log.heartbeatMs = 60_000;
    await open();
    await pass(68_000);
    assert.equal(log.streams.length, 1);
    await pass(6_000);
    assert.equal(log.streams.length, 2);
  });

  test('holds connections for two rooms and polls the others', async () => {
    await open();
    const logs = ['b', 'c'].map((name) => new FakeLog(world, name));
    ['b', 'c'].forEach((name) => live.chat(name));
    await pass(3_000);
    assert.equal(log.streams.length, 1);
    assert.equal(logs[0].streams.length, 1);
    assert.equal(logs[1].streams.length, 0);
    const third = [];
    live.chat('c').on('message', (message) => third.push(message.text));
    logs[1].add('quiet room');
    await pass(3_500);
    assert.deepEqual(third, ['quiet room']);
  });

  test('stops reading a room that is left', async () => {
    await open();
    await pass(3_000);
    room.leave();
    await world.pass(3_000);
    assert.equal(log.stream.isOpen, false);
    const before = world.requests.length + world.sockets.length;
    await world.pass(300_000);
    assert.equal(world.requests.length + world.sockets.length, before);
  });
});

describe('the choice of the transport', () => {
  const fail = (ladder, why, times) => Array.from({ length: times }, () => ladder.ended(why, 0)).at(-1);

  test('falls back if this transport fails', () => {
    const ladder = new Ladder([['websocket'], ['sse'], ['longpoll']]);
    assert.equal(fail(ladder, 'refused', 2), false);
    assert.equal(fail(ladder, 'refused', 1), true);
    assert.equal(ladder.transport, 'sse');
    fail(ladder, 'silent', 1);
    assert.equal(ladder.transport, 'longpoll');
  });

  test('returns to WebSocket if plain HTTP fails, too, since the server is down', () => {
    const ladder = new Ladder([['websocket'], ['sse'], ['longpoll']]);
    fail(ladder, 'refused', 3);
    assert.equal(fail(ladder, 'down', 1), false);
    assert.equal(ladder.transport, 'websocket');
  });

  test('resets the strikes after a good connection', () => {
    const ladder = new Ladder([['websocket'], ['sse'], ['longpoll']]);
    fail(ladder, 'refused', 2);
    assert.equal(ladder.ended('cut', 10_000), false);
    assert.equal(fail(ladder, 'refused', 2), false);
    assert.equal(ladder.transport, 'websocket');
  });
});
