import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { FakeLog, WELCOME, World } from './world.js';

describe('posts, edits and deletes', () => {
  let world;
  let log;
  let room;

  beforeEach(async () => {
    world = new World();
    log = new FakeLog(world);
    log.add('hello', 'ann');
    room = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() }).chat('lobby');
    await world.settle();
  });

  const answer = (type, frame) => world.socket.deliver({ type, room: 'lobby', ...frame });
  const joined = (frame = {}) => answer('joined', { cursor: log.end, recovered: true, members: [], ...frame });
  const sent = (type) => world.socket.sentOf(type);

  /** Opens the socket and joins. */
  function join() {
    world.socket.deliver(WELCOME);
    joined();
  }

  /** Lets the client give up WebSockets. */
  async function overHttp() {
    while (room.transport === 'websocket') {
      world.sockets.filter((socket) => socket.isOpen).forEach((socket) => socket.break());
      await world.pass(500);
    }
    await world.settle();
  }

  describe('over WebSocket', () => {
    test('an edit is not lost if the same message is edited again at once', async () => {
      join();
      const edits = [room.edit('e1-1', 'one'), room.edit('e1-1', 'two')];
      for (const [at, text] of ['one', 'two'].entries()) {
        assert.equal(sent('edit').at(-1).text, text);
        answer('edited', { cursor: `e1-${at + 2}`, message: 'e1-1', author: 'ann', text });
      }
      await Promise.all(edits);
      assert.equal(room.messages[0].text, 'two');
    });

    test('a rejection applies to the command whose id it names', async () => {
      join();
      const [first, second] = [room.edit('e1-1', ''), room.edit('e1-1', 'two')];
      answer('error', { code: 'bad_text', detail: 'empty', id: sent('edit')[0].id });
      await assert.rejects(first, { code: 'bad_text' });
      // The answer to an earlier attempt that comes late is of no command that waits.
      answer('error', { code: 'bad_text', detail: 'empty', id: sent('edit')[0].id });
      answer('edited', { cursor: 'e1-2', message: 'e1-1', author: 'ann', text: 'two' });
      await second;
    });

    test('an event with the id of another change does not fulfil a change of the same content', async () => {
      join();
      let done = false;
      room.edit('e1-1', 'same').then(() => (done = true));
      answer('edited', { cursor: 'e1-2', message: 'e1-1', author: 'ann', text: 'same', id: 'of-another-tab' });
      await world.settle();
      assert.equal(done, false);
      answer('edited', { cursor: 'e1-3', message: 'e1-1', author: 'ann', text: 'same', id: sent('edit')[0].id });
      await world.settle();
      assert.equal(done, true);
    });

    test('a change is sent without its id to a replica of an older release, which takes none', async () => {
      join();
      const edit = room.edit('e1-1', 'one');
      answer('error', { code: 'bad_json', detail: 'unknown field', id: sent('edit')[0].id });
      assert.deepEqual(sent('edit')[1], { type: 'edit', room: 'lobby', message: 'e1-1', text: 'one' });
      answer('edited', { cursor: 'e1-2', message: 'e1-1', author: 'ann', text: 'one' });
      await edit;
      const next = assert.rejects(room.delete('e1-1'), { code: 'bad_json' });
      answer('error', { code: 'bad_json', detail: '', id: sent('delete')[0].id });
      answer('error', { code: 'bad_json', detail: '', message: 'e1-1' });
      await next;
    });

    test('keep their order if the first is refused for a while', async () => {
      join();
      ['first', 'second'].forEach((text) => room.post(text));
      answer('error', { code: 'rate_limited', detail: '', id: 'id-1', retry_after_ms: 2_000 });
      await world.pass(1_999);
      assert.deepEqual(sent('post').map(({ text }) => text), ['first']);
      await world.pass(1);
      answer('posted', { id: 'id-1', cursor: 'e1-2' });
      assert.deepEqual(sent('post').map(({ text }) => text), ['first', 'first', 'second']);
    });

    test('are not sent before the server allows it, also after a reconnect', async () => {
      join();
      room.post('first');
      answer('error', { code: 'rate_limited', detail: '', id: 'id-1', retry_after_ms: 5_000 });
      world.socket.break();
      await world.pass(1_000);
      join();
      assert.equal(sent('post').length, 0);
      await world.pass(4_000);
      assert.equal(sent('post').length, 1);
    });

    test('a post of another text under the id of one that waits is rejected', async () => {
      const first = room.post('one', { id: 'mine' });
      assert.equal(room.post('one', { id: 'mine' }), first);
      await assert.rejects(room.post('two', { id: 'mine' }), { code: 'id_reused' });
    });

    test('a deletion of a message that is deleted already is fulfilled: its first answer was lost', async () => {
      join();
      const gone = room.delete('e1-1');
      answer('error', { code: 'deleted', detail: '', message: 'e1-1' });
      await gone;
      const edit = room.edit('e1-1', 'late');
      answer('error', { code: 'deleted', detail: '', message: 'e1-1' });
      await assert.rejects(edit, { code: 'deleted' });
    });

    test('a join that is refused while an edit waits does not settle the edit, and is tried again', async () => {
      const edit = room.edit('e1-1', 'one');
      let settled = false;
      edit.finally(() => (settled = true));
      world.socket.deliver(WELCOME);
      answer('error', { code: 'rate_limited', detail: '', retry_after_ms: 1_000 });
      await world.settle();
      assert.equal(settled, false);
      await world.pass(1_000);
      assert.equal(sent('join').length, 2);
      joined();
      assert.equal(room.state, 'live');
      answer('edited', { cursor: 'e1-2', message: 'e1-1', author: 'ann', text: 'one' });
      await edit;
    });
  });

  for (const [failure, answers] of Object.entries({
    'a 503': () => ({ status: 503, json: { code: 'unavailable' } }),
    'a 429': () => ({ status: 429, json: { code: 'rate_limited' }, headers: { 'Retry-After': '1' } }),
    'a lost connection': () => Promise.reject(new TypeError('Failed to fetch')),
  })) {
    test(`keep their order over HTTP if the first fails with ${failure}`, async () => {
      await overHttp();
      let failures = 1;
      world.serve('POST', '/rooms/lobby/messages', (request) => {
        if (failures-- > 0) {
          return answers();
        }
        const { cursor } = log.add(request.json.text, 'ann', request.headers['Idempotency-Key']);
        return { status: 201, json: { cursor } };
      });
      const posts = ['first', 'second', 'third'].map((text) => room.post(text));
      await world.pass(5_000);
      await Promise.all(posts);
      assert.deepEqual(log.events.slice(1).map(({ text }) => text), ['first', 'second', 'third']);
    });
  }

  test('an edit over HTTP is not lost if the same message is edited again at once', async () => {
    await overHttp();
    world.serve('PATCH', '/rooms/lobby/messages/e1-1', () => ({ json: { cursor: 'e1-9' } }));
    await Promise.all([room.edit('e1-1', 'one'), room.edit('e1-1', 'two')]);
    const edits = world.made('PATCH', '/');
    assert.deepEqual(edits.map(({ json }) => json.text), ['one', 'two']);
    assert.equal(new Set(edits.map(({ headers }) => headers['Idempotency-Key'])).size, 2);
  });

  test('a slow command over HTTP is not sent twice at the same time', async () => {
    await overHttp();
    const held = [];
    world.serve('POST', '/', () => new Promise((resolve) => held.push(resolve)));
    room.post('slow');
    await world.pass(9_900);
    assert.equal(held.length, 1);
    await world.pass(1_000);
    assert.equal(held.length, 2);
  });

  test('a success that no Liveline service sent does not fulfil a post', async () => {
    await overHttp();
    let isPortal = true;
    world.serve('POST', '/', () => (isPortal ? { json: 'Please log in' } : { status: 201, json: { cursor: 'e1-2' } }));
    const post = room.post('hello');
    await world.pass(2_000);
    isPortal = false;
    await world.pass(5_000);
    assert.deepEqual(await post, { id: 'id-1', cursor: 'e1-2' });
  });

  describe('with a kind and data', () => {
    const paid = () => ({ text: 'Paid', kind: 'order.paid', data: { sum: 12.5, items: [null, { sku: 'a' }] } });

    test('are sent as they are when they are called, and under one id only with the same content', async () => {
      const content = paid();
      const first = room.post(content, { id: 'mine' });
      content.data.items.push('later');
      assert.equal(room.post(paid(), { id: 'mine' }), first);
      await assert.rejects(room.post(content, { id: 'mine' }), { code: 'id_reused' });
      await assert.rejects(room.post('Paid', { id: 'mine' }), { code: 'id_reused' });
      join();
      assert.deepEqual(sent('post'), [{ type: 'post', room: 'lobby', id: 'mine', ...paid() }]);
      answer('posted', { id: 'mine', cursor: 'e1-2' });
      await first;
      room.post({ data: {} }, { id: 'next' });
      assert.deepEqual(sent('post').at(-1), { type: 'post', room: 'lobby', id: 'next', data: {} });
    });

    test('are sent over HTTP', async () => {
      await overHttp();
      world.serve('POST', '/rooms/lobby/messages', () => ({ status: 201, json: { cursor: 'e1-2' } }));
      world.serve('PATCH', '/rooms/lobby/messages/e1-2', () => ({ json: { cursor: 'e1-3' } }));
      await room.post(paid());
      await room.edit('e1-2', { data: { sum: 1 } });
      const bodies = ['POST', 'PATCH'].map((method) => JSON.stringify(world.made(method, '/').at(-1).json));
      assert.deepEqual(bodies, [JSON.stringify(paid()), '{"data":{"sum":1}}']);
    });

    test('are in the messages, with what edits change, until a deletion', async () => {
      join();
      const events = [];
      room.on('edited', (event) => events.push(event));
      const message = { cursor: 'e1-2', id: 'x', author: 'bob', name: 'Bob', time: 1 };
      answer('message', { ...message, ...paid() });
      assert.deepEqual(room.messages.at(-1).data, paid().data);
      const edit = { author: 'bob', name: 'Bob', message: 'e1-2' };
      answer('edited', { ...edit, cursor: 'e1-3', text: 'Paid by card' });
      answer('edited', { ...edit, cursor: 'e1-4', text: 'Paid by card', data: { sum: 1 } });
      const { text, kind, data } = room.messages.at(-1);
      assert.deepEqual({ text, kind, data }, { text: 'Paid by card', kind: 'order.paid', data: { sum: 1 } });
      assert.deepEqual(events.map((event) => event.data), [undefined, { sum: 1 }]);
      answer('deleted', { ...edit, cursor: 'e1-5' });
      assert.deepEqual(Object.keys(room.messages.at(-1)).filter((key) => ['kind', 'data'].includes(key)), []);
      assert.equal(room.messages.at(-1).text, '');
    });

    test('are edited by what changes', async () => {
      join();
      room.edit('e1-1', { text: 'a', kind: 'order.sent' });
      const { id, ...frame } = sent('edit')[0];
      assert.deepEqual(frame, { type: 'edit', room: 'lobby', message: 'e1-1', text: 'a', kind: 'order.sent' });
    });
  });
});
