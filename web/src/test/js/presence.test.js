import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { World } from './world.js';

const POLL = '/rooms/lobby/presence';

describe('presence in a room', () => {
  let world;
  let live;
  let presence;
  /** Held polls; a call answers one. */
  let parked;
  let roster;
  let errors;

  beforeEach(() => {
    world = new World();
    parked = [];
    errors = [];
    roster = { tag: '"1"', online: [{ user: 'bob', name: 'bob', state: 'active', since: 1 }], typing: [] };
    world.serve('GET', POLL, (request) => {
      if (request.headers['If-None-Match'] !== roster.tag) {
        return answer();
      }
      return new Promise((resolve) => parked.push(resolve));
    });
    world.serve('PUT', POLL, () => ({ status: 204, headers: { 'Liveline-Heartbeat': '20' } }));
    world.serve('DELETE', POLL, () => ({ status: 204 }));
    world.serve('PUT', '/rooms/lobby/typing', () => ({ status: 204, headers: { 'Liveline-Typing': '4' } }));
    world.serve('DELETE', '/rooms/lobby/typing', () => ({ status: 204 }));
  });

  const answer = () => ({
    json: { room: 'lobby', online: roster.online, typing: roster.typing, summary: '' },
    headers: { ETag: roster.tag },
  });
  const polls = () => world.made('GET', POLL);
  const heartbeats = () => world.made('PUT', POLL);

  function change(more) {
    roster = { ...roster, tag: `"${Math.random()}"`, ...more };
    parked.splice(0).forEach((resolve) => resolve(answer()));
  }

  async function open() {
    live = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
    presence = live.presence('lobby');
    presence.on('error', (error) => errors.push(error.code));
    await world.settle();
  }

  test('polls at once, then waits for a change', async () => {
    await open();
    assert.equal(presence.online[0].user, 'bob');
    assert.equal(presence.state, 'live');
    assert.equal(polls().length, 2);
    assert.deepEqual(polls()[0].headers, {});
    assert.deepEqual(polls()[1].headers, { 'If-None-Match': '"1"', Prefer: 'wait=25' });
    change({ typing: [{ user: 'bob', name: 'bob' }] });
    await world.settle();
    assert.deepEqual(presence.typists, [{ user: 'bob', name: 'bob' }]);
    assert.equal(polls().length, 3);
  });

  test('emits no change for a 304, and polls again', async () => {
    await open();
    let changes = 0;
    presence.on('change', () => changes++);
    parked.pop()({ status: 304, headers: { ETag: '"1"' } });
    await world.settle();
    assert.equal(changes, 0);
    await world.pass(2_000);
    assert.equal(polls().length, 3);
  });

  describe('does not poll at full speed', () => {
    for (const [why, mark] of [
      ['adds the coding to the tag', (tag) => tag.replace(/"$/, '-gzip"')],
      ['makes the tag weak', (tag) => `W/${tag}`],
    ]) {
      test(`and polls are held, though a proxy ${why}`, async () => {
        world.serve('GET', POLL, (request) => {
          if (request.headers['If-None-Match'] === roster.tag) {
            return new Promise((resolve) => parked.push(resolve));
          }
          return { ...answer(), headers: { ETag: mark(roster.tag) } };
        });
        await open();
        await world.pass(5_000);
        assert.equal(polls().length, 2);
        assert.equal(polls()[1].headers['If-None-Match'], roster.tag);
      });
    }

    for (const [why, reply] of [
      ['changes the tag each time', () => ({ ...answer(), headers: { ETag: `"${Math.random()}"` } })],
      ['answers 304 from its cache', ({ headers }) => (headers['If-None-Match'] ? { status: 304 } : answer())],
      ['removes the tag', () => ({ ...answer(), headers: {} })],
    ]) {
      test(`where a proxy ${why}`, async () => {
        world.serve('GET', POLL, reply);
        await open();
        await world.pass(10_000);
        assert.ok(polls().length <= 7, `${polls().length} polls`);
        assert.equal(presence.state, 'live');
      });
    }
  });

  test('heartbeats and the end are those of a tab, so that other devices stay', async () => {
    await open();
    presence.leave();
    await world.settle();
    const other = connect({ name: 'ann', chat: '', dashboard: '', presence: '', env: world.env() });
    other.presence('lobby');
    await world.settle();
    const tabs = [...heartbeats(), ...world.made('DELETE', POLL)].map(({ address }) =>
      new URL(address).searchParams.get('tab'),
    );
    assert.match(tabs[0], /^[\w-]{1,32}$/);
    assert.equal(tabs[2], tabs[0]);
    assert.notEqual(tabs[1], tabs[0]);
    assert.equal(
      polls().some(({ address }) => address.includes('tab=')),
      false,
    );
  });

  test('ends a poll without an answer, and repeats it without a wait', async () => {
    await open();
    await world.pass(35_000);
    assert.equal(presence.state, 'offline');
    await world.pass(500);
    assert.deepEqual(polls()[2].headers, {});
    assert.equal(presence.state, 'live');
  });

  test('retries with backoff', async () => {
    world.isOnline = false;
    await open();
    assert.equal(presence.state, 'offline');
    assert.equal(polls().length, 1);
    await world.pass(500);
    assert.equal(polls().length, 2);
    await world.pass(999);
    assert.equal(polls().length, 2);
    await world.pass(1);
    assert.equal(polls().length, 3);
  });

  test('waits as long as a full replica requests', async () => {
    world.serve('GET', POLL, () => ({
      status: 503,
      headers: { 'Retry-After': '7' },
      json: { code: 'unavailable', detail: '' },
    }));
    await open();
    await world.pass(6_999);
    assert.equal(polls().length, 1);
    await world.pass(1);
    assert.equal(polls().length, 2);
  });

  test('reports a permanent rejection once', async () => {
    world.serve('GET', POLL, () => ({ status: 400, json: { code: 'bad_room', detail: '' } }));
    await open();
    await world.pass(60_000);
    assert.deepEqual(errors, ['bad_room']);
    assert.equal(polls().length, 1);
  });

  test('an account without the right is refused, asks once a minute, and returns when it has the right', async () => {
    world.serve('GET', POLL, () => ({ status: 403, json: { code: 'forbidden', detail: '' } }));
    await open();
    await world.pass(179_000);
    assert.deepEqual(errors, ['forbidden']);
    assert.equal(presence.state, 'refused');
    assert.equal(polls().length, 3);
    assert.equal(heartbeats().length, 1);
    world.serve('GET', POLL, ({ headers }) => (headers.Prefer ? new Promise(() => {}) : answer()));
    await world.pass(2_000);
    assert.equal(presence.state, 'live');
    assert.equal(heartbeats().length, 2);
  });

  test('the page of a proxy is no refusal', async () => {
    world.serve('GET', POLL, () => ({ status: 403 }));
    await open();
    await world.pass(5_000);
    assert.equal(presence.state, 'offline');
    world.serve('GET', POLL, ({ headers }) => (headers.Prefer ? new Promise(() => {}) : answer()));
    await world.pass(15_000);
    assert.equal(presence.state, 'live');
    assert.deepEqual(errors, []);
  });

  test('a room that is left is left', async () => {
    await open();
    const states = [];
    presence.on('state', (state) => states.push(state));
    presence.leave();
    assert.equal(presence.state, 'left');
    assert.deepEqual(states, ['left']);
  });

  test('polls at once when the network is back', async () => {
    world.isOnline = false;
    await open();
    await world.pass(20_000);
    world.isOnline = true;
    const before = polls().length;
    world.dispatch('online');
    await world.settle();
    assert.ok(polls().length > before);
    assert.equal(presence.state, 'live');
  });

  test("sends heartbeats at the server's interval", async () => {
    await open();
    assert.deepEqual(
      heartbeats().map((beat) => beat.json),
      [{ state: 'active' }],
    );
    await world.pass(15_000);
    assert.equal(heartbeats().length, 2);
    await world.pass(19_999);
    assert.equal(heartbeats().length, 2);
    await world.pass(1);
    assert.equal(heartbeats().length, 3);
  });

  test('sends heartbeats after answers if the browser slows timers down', async () => {
    await open();
    await world.pass(15_000);
    world.time += 30_000;
    const before = heartbeats().length;
    parked.splice(0).forEach((resolve) => resolve({ status: 304 }));
    await world.settle();
    assert.equal(heartbeats().length, before + 1);
  });

  test('is away while the page is hidden', async () => {
    await open();
    world.isVisible = false;
    world.dispatch('visibility');
    await world.settle();
    world.isVisible = true;
    world.dispatch('visibility');
    await world.settle();
    assert.deepEqual(
      heartbeats().map((beat) => beat.json.state),
      ['active', 'away', 'active'],
    );
  });

  test('leaves when the page is hidden for good, and returns with it', async () => {
    await open();
    world.dispatch('hide');
    await world.settle();
    assert.equal(world.made('DELETE', POLL).length, 1);
    assert.equal(world.made('DELETE', POLL)[0].keepalive, true);
    world.isVisible = false;
    world.dispatch('visibility');
    await world.settle();
    assert.equal(heartbeats().length, 1, 'a page that is going is not away');
    world.isVisible = true;
    world.dispatch('show');
    await world.settle();
    assert.equal(heartbeats().length, 2);
  });

  test('stops everything when the room is left', async () => {
    await open();
    presence.leave();
    await world.settle();
    const before = world.requests.length;
    await world.pass(120_000);
    assert.equal(world.requests.length, before);
    assert.equal(world.made('DELETE', POLL).length, 1);
    assert.notEqual(live.presence('lobby'), presence);
  });

  describe('typing', () => {
    const typingRequests = () =>
      world.requests
        .filter((request) => request.path.startsWith('/rooms/lobby/typing'))
        .map((request) => request.method);

    test('sends few requests for many key presses', async () => {
      await open();
      presence.typing();
      await world.settle();
      for (let i = 0; i < 39; i++) {
        await world.pass(100);
        presence.typing();
      }
      assert.deepEqual(typingRequests(), ['PUT']);
      await world.pass(100);
      presence.typing();
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT', 'PUT']);
    });

    test('ends once when the field is emptied', async () => {
      await open();
      presence.stopTyping();
      presence.typing();
      presence.stopTyping();
      presence.stopTyping();
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT', 'DELETE']);
    });

    test('never sends the end before the start', async () => {
      await open();
      let begun;
      world.serve('PUT', '/rooms/lobby/typing', () => new Promise((resolve) => (begun = resolve)));
      presence.typing();
      presence.stopTyping();
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT']);
      begun({ status: 204 });
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT', 'DELETE']);
    });

    test('ends with a post, and the next key reports it at once', async () => {
      await open();
      const room = live.chat('lobby');
      presence.typing();
      // No log accepts the post here.
      const posting = assert.rejects(room.post('hello'), { code: 'not_found' });
      presence.typing();
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT', 'DELETE', 'PUT']);
      await posting;
    });

    test('is reported again after a failure, by a key a second later', async () => {
      await open();
      world.isOnline = false;
      presence.typing();
      await world.settle();
      world.isOnline = true;
      presence.typing();
      await world.pass(1_000);
      presence.typing();
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT', 'PUT']);
    });

    test('is not reported with each key in a room that shows no typing', async () => {
      await open();
      world.serve('PUT', '/rooms/lobby/typing', () => ({ status: 409, json: { code: 'no_typing', detail: '' } }));
      for (let i = 0; i < 300; i++) {
        presence.typing();
        await world.pass(100);
      }
      assert.deepEqual(typingRequests(), ['PUT']);
      presence.typing();
      await world.settle();
      assert.deepEqual(typingRequests(), ['PUT', 'PUT']);
    });
  });
});
