import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from './world.js';

const LINGER_MS = 3_000;

describe('handles of a room', () => {
  let world;
  let log;
  let live;

  beforeEach(async () => {
    world = new World();
    log = new FakeLog(world);
    log.add('old');
    live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
  });

  const answer = (type, frame) => world.socket.deliver({ type, room: 'lobby', ...frame });
  const members = [{ user: 'ann', name: 'ann' }];
  const joined = () => answer('joined', { cursor: log.end, recovered: true, members });
  const openSockets = () => world.sockets.filter((socket) => socket.isOpen).length;

  /** Opens a handle and records its events. */
  async function open() {
    const room = live.chat('lobby');
    const events = [];
    for (const name of ['message', 'edited', 'loaded', 'gap', 'members', 'state', 'error']) {
      room.on(name, (event) => events.push(event.text ?? event.code ?? (typeof event === 'string' ? event : name)));
    }
    await world.settle();
    return { room, events };
  }

  async function openAndJoin() {
    const handle = await open();
    world.socket.deliver(WELCOME);
    joined();
    return handle;
  }

  test('are left one by one: the others stay live', async () => {
    const one = await openAndJoin();
    const two = await open();
    one.room.leave();
    one.room.leave();
    await world.pass(2 * LINGER_MS);
    assert.equal(one.room.state, 'left');
    assert.equal(one.events.at(-1), 'left');
    assert.equal(two.room.state, 'live');
    answer('message', log.add('new', 'bob'));
    assert.equal(two.events.at(-1), 'new');
    assert.equal(one.events.at(-1), 'left');
    await assert.rejects(one.room.post('x'), { code: 'left' });
    await assert.rejects(one.room.edit('e1-1', 'x'), { code: 'left' });
    await assert.rejects(one.room.delete('e1-1'), { code: 'left' });
  });

  test('a later one starts with what is known, then receives what is new', async () => {
    const early = await openAndJoin();
    answer('message', log.add('two', 'bob'));
    answer('edited', { cursor: 'e1-9', message: 'e1-1', author: 'bob', text: 'older' });
    const late = await open();
    assert.deepEqual(late.events, ['older', 'two', 'loaded', 'members']);
    assert.equal(late.room.state, 'live');
    answer('message', log.add('three', 'bob'));
    assert.equal(late.events.at(-1), 'three');
    assert.equal(early.events.at(-1), 'three');
  });

  test('a message that arrives while a handle opens is delivered to it once', async () => {
    await openAndJoin();
    const late = open();
    answer('message', log.add('two', 'bob'));
    assert.deepEqual((await late).events, ['old', 'two', 'loaded', 'members']);
  });

  test('load older messages for all of them, with the edits that follow', async () => {
    for (let i = 2; i <= 120; i++) {
      log.add(`text ${i}`);
    }
    const one = await openAndJoin();
    const two = await open();
    const older = [];
    two.room.on('older', (event) => older.push(event.older));
    assert.equal(one.room.messages[0].text, 'text 71');
    assert.deepEqual(await Promise.all([one.room.loadOlder(), two.room.loadOlder()]), [true, true]);
    assert.equal(two.room.messages[0].text, 'text 21');
    assert.equal(two.room.messages, one.room.messages);
    answer('edited', { cursor: 'e1-121', message: 'e1-30', author: 'bob', text: 'edited' });
    assert.equal(one.room.messages[9].text, 'edited');
    assert.equal(await one.room.loadOlder({ limit: 200 }), false);
    assert.equal(one.room.messages[0].text, 'old');
    assert.equal(await one.room.loadOlder(), false);
    assert.deepEqual(older, [true, false]);
  });

  test('keep the older messages that were asked for when others follow', async () => {
    for (let i = 2; i <= 60; i++) {
      log.add(`text ${i}`);
    }
    const { room } = await openAndJoin();
    await room.loadOlder();
    for (let i = 61; i <= 520; i++) {
      answer('message', log.add(`text ${i}`));
    }
    assert.deepEqual([room.messages.length, room.hasOlder, room.messages[9].text], [510, true, 'text 20']);
    answer('gap', { after: log.end });
    log.begin('e2');
    await world.settle();
    assert.deepEqual(room.messages, []);
  });

  test('a page of older messages that a gap overtook is dropped', async () => {
    for (let i = 2; i <= 60; i++) {
      log.add(`text ${i}`);
    }
    const { room } = await openAndJoin();
    const page = room.loadOlder();
    log.begin('e2');
    log.add('new epoch');
    answer('gap', { after: 'e1-60' });
    await page;
    assert.deepEqual(
      room.messages.map(({ text }) => text),
      ['new epoch'],
    );
  });

  test('older messages have the edit that arrived before their page', async () => {
    for (let i = 2; i <= 60; i++) {
      log.add(`text ${i}`);
    }
    const { room } = await openAndJoin();
    const page = room.loadOlder();
    answer('edited', { cursor: 'e1-61', message: 'e1-3', author: 'bob', text: 'edited' });
    await page;
    assert.deepEqual([room.messages[2].text, room.messages[2].edited], ['edited', true]);
  });

  test('a later one of a room that refuses the user has the reason', async () => {
    await openAndJoin();
    answer('error', { code: 'forbidden', detail: 'no' });
    const late = live.chat('lobby');
    assert.deepEqual([late.state, late.error.code], ['refused', 'forbidden']);
    joined();
    assert.equal(late.error, undefined);
  });

  test('another one within seconds of the last keeps the room joined on the same socket', async () => {
    const { room } = await openAndJoin();
    room.leave();
    await world.pass(LINGER_MS - 1);
    const again = await open();
    await world.pass(LINGER_MS);
    assert.equal(again.room.state, 'live');
    assert.equal(world.sockets.length, 1);
    assert.deepEqual(world.socket.sentOf('leave'), []);
    again.room.leave();
    await world.pass(LINGER_MS);
    assert.equal(world.socket.sentOf('leave').length, 1);
    assert.equal(openSockets(), 0);
  });

  test('a change from room to room keeps the socket and at most one room that is left', async () => {
    let { room } = await openAndJoin();
    for (const name of ['b', 'c', 'd']) {
      new FakeLog(world, name);
      room.leave();
      room = live.chat(name);
      await world.settle();
    }
    assert.equal(world.sockets.length, 1);
    assert.deepEqual(
      world.socket.sentOf('leave').map((frame) => frame.room),
      ['lobby', 'b'],
    );
  });

  test('a post that was accepted is sent after the last one was left', async () => {
    const { room } = await openAndJoin();
    const [first, second] = [room.post('one'), room.post('two')];
    room.leave();
    for (const [id, cursor] of [
      ['id-1', 'e1-2'],
      ['id-2', 'e1-3'],
    ]) {
      answer('posted', { id, cursor });
    }
    assert.equal((await first).cursor, 'e1-2');
    assert.equal((await second).cursor, 'e1-3');
  });

  test('close() ends all at once', async () => {
    const { room, events } = await openAndJoin();
    const post = room.post('hello');
    live.close();
    await assert.rejects(post, { code: 'left' });
    assert.equal(room.state, 'left');
    assert.equal(events.at(-1), 'left');
    const before = world.requests.length + world.sockets.length;
    await world.pass(60_000);
    assert.equal(world.requests.length + world.sockets.length, before);
    assert.equal(openSockets(), 0);
  });

  describe('hold snapshots', () => {
    test('that are the same array until something changes', async () => {
      const { room } = await openAndJoin();
      const { messages, members: before } = room;
      assert.equal(room.messages, messages);
      assert.equal(room.members, before);
      answer('message', log.add('two', 'bob'));
      assert.notEqual(room.messages, messages);
      assert.equal(messages.length, 1);
      assert.equal(room.members, before);
      answer('members', { joined: [{ user: 'bob', name: 'bob' }], left: [] });
      assert.deepEqual(
        room.members.map(({ user }) => user),
        ['ann', 'bob'],
      );
    });

    test('with edits and deletions applied, whose objects do not change', async () => {
      const { room } = await openAndJoin();
      const [old] = room.messages;
      answer('edited', { cursor: 'e1-2', message: 'e1-1', author: 'bob', text: 'new' });
      assert.deepEqual([old.text, room.messages[0].text, room.messages[0].edited], ['old', 'new', true]);
      answer('deleted', { cursor: 'e1-3', message: 'e1-1', author: 'bob' });
      assert.deepEqual([room.messages[0].text, room.messages[0].deleted], ['', true]);
      assert.throws(() => Object.assign(room.messages[0], { text: 'mine' }), TypeError);
    });

    test('of a bounded number of messages', async () => {
      const { room } = await openAndJoin();
      assert.equal(room.hasOlder, false);
      for (let i = 0; i < 600; i++) {
        answer('message', log.add(`m${i}`, 'bob'));
      }
      assert.equal(room.messages.length, 500);
      assert.equal(room.messages.at(-1).text, 'm599');
      assert.equal(room.hasOlder, true);
    });

    test('without a gap in them', async () => {
      const { room } = await openAndJoin();
      world.socket.break();
      ['lost', 'kept'].forEach((text) => log.add(text));
      log.trimmed = 2;
      await world.pass(1_000);
      world.socket.deliver(WELCOME);
      answer('joined', { cursor: log.end, recovered: false, members });
      await world.settle();
      assert.deepEqual(
        room.messages.map(({ text }) => text),
        ['kept'],
      );
      assert.equal(room.hasOlder, true);
    });
  });

  describe('of a room that refuses the user', () => {
    const refuse = () => answer('error', { code: 'forbidden', detail: 'no' });

    test('are refused, and live again after a token with the right', async () => {
      let tokens = 0;
      const token = async () => `${++tokens}.${btoa(JSON.stringify({ iat: 0, exp: 100 }))}.x`;
      live = connect({ name: 'ann', token, chat: '', dashboard: '', presence: '', env: world.env() });
      const { room, events } = await openAndJoin();
      refuse();
      assert.equal(room.state, 'refused');
      assert.deepEqual(events.slice(-2), ['refused', 'forbidden']);
      await assert.rejects(room.post('let me'), { code: 'forbidden' });
      // The token lives for 100 s and is renewed 30 s before its end.
      for (let i = 0; i < 3; i++) {
        await world.pass(23_000);
        world.socket.deliver({ type: 'heartbeat' });
      }
      const joins = world.socket.sentOf('join').length;
      await world.pass(2_000);
      assert.equal(world.socket.sentOf('token').length, 1);
      assert.equal(world.socket.sentOf('join').length, joins + 1);
      joined();
      assert.equal(room.state, 'live');
      const post = room.post('thanks');
      answer('posted', { id: world.socket.sentOf('post').at(-1).id, cursor: 'e1-2' });
      await post;
    });

    test('try again now and then, and report the reason once', async () => {
      const { room, events } = await openAndJoin();
      refuse();
      const joins = () => world.socket.sentOf('join').length;
      for (let seconds = 0; seconds < 3_600; seconds += 5) {
        const before = joins();
        world.socket.deliver({ type: 'heartbeat' });
        await world.pass(5_000);
        if (joins() > before) {
          refuse();
        }
      }
      assert.ok(joins() >= 10 && joins() <= 70, `${joins()} joins in an hour`);
      assert.equal(events.filter((event) => event === 'forbidden').length, 1);
      assert.equal(room.state, 'refused');
    });

    test('are refused if the join is, whatever waits to be sent', async () => {
      const { room } = await open();
      const edit = assert.rejects(room.edit('e1-1', 'x'), { code: 'forbidden' });
      world.socket.deliver(WELCOME);
      refuse();
      await edit;
      assert.equal(room.state, 'refused');
    });
  });

  test('a join without an answer is sent again', async () => {
    const { room } = await open();
    world.socket.deliver(WELCOME);
    await world.pass(15_000);
    assert.equal(world.socket.sentOf('join').length, 2);
    joined();
    assert.equal(room.state, 'live');
    await world.pass(15_000);
    assert.equal(world.socket.sentOf('join').length, 2);
  });
});
