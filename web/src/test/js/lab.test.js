import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { measured, Switches } from '../../main/resources/META-INF/resources/lab/network.js';
import { costOf, Stats } from '../../main/resources/META-INF/resources/lab/stats.js';
import { check, decide } from '../../main/resources/META-INF/resources/lab/verdict.js';
import { World } from './world.js';

describe('the lab', () => {
  const need = { talksBack: false, everyEvent: true, staleMs: 1_000, eventsPerMinute: 60 };

  test('the first line of the rule that is true applies', () => {
    assert.equal(decide({ ...need, talksBack: true, staleMs: 60_000 }).transport, 'websocket');
    assert.equal(decide({ ...need, staleMs: 10_000 }).transport, 'poll');
    assert.equal(decide({ ...need, staleMs: 9_999, eventsPerMinute: 6 }).transport, 'longpoll');
    assert.equal(decide({ ...need, eventsPerMinute: 6.1 }).transport, 'sse');
  });

  test('whether every event matters does not decide the transport', () => {
    assert.equal(decide({ ...need, everyEvent: false }).transport, decide(need).transport);
    assert.notEqual(decide({ ...need, everyEvent: false }).how, decide(need).how);
  });

  test('the verdict is compared with the measurement', () => {
    const verdict = decide(need);
    assert.match(check(verdict, { p95: 12, state: 'live', staleMs: 1_000 }), /within 12 ms/);
    assert.match(check(verdict, { p95: 4_000, state: 'live', staleMs: 1_000 }), /more than/);
    assert.match(
      check(decide({ ...need, talksBack: true }), { p95: 12, state: 'offline', staleMs: 1_000 }),
      /SSE and POST/,
    );
  });

  test('late, missing and repeated events are distinguished', () => {
    const stats = new Stats();
    [1, 2, 3].forEach((event) => stats.sent(event, 0));
    stats.received(1, 10, 100);
    stats.received(1, 20, 100);
    stats.received(2, 500, 100);
    assert.deepEqual([stats.receivedCount, stats.late, stats.missing(4_000), stats.missing(6_000)], [2, 1, 0, 1]);
    assert.equal(stats.percentile(0.5), 500);
  });

  test('idle time costs requests for polls and none for streams', () => {
    const stats = new Stats();
    stats.sent(1, 0);
    stats.received(1, 1, 100);
    stats.cost = { requests: 1, bytes: 100 };
    const life = { idleMinutes: 10, pollMs: 3_000 };
    assert.equal(costOf('poll', stats, life, 60_000).requests, 201);
    assert.equal(costOf('sse', stats, life, 60_000).requests, 1);
    assert.equal(costOf('sse', new Stats(), life, 60_000), undefined);
  });

  test('a cut network closes open connections and refuses new ones', async () => {
    const world = new World();
    const switches = new Switches();
    const cost = { requests: 0, bytes: 0 };
    world.serve('GET', '/held', () => new Promise(() => {}));
    const env = measured(world.env(), switches, cost);
    const held = env.fetch('https://page.test/held', {
      method: 'GET',
      headers: {},
      signal: new AbortController().signal,
    });
    const socket = env.socket('wss://page.test/chat', ['liveline.v1']);
    let closed = 0;
    socket.onclose = () => closed++;
    world.socket.deliver({ type: 'heartbeat' });
    switches.cut();
    await assert.rejects(held);
    assert.equal(closed, 1);
    await assert.rejects(env.fetch('https://page.test/held', { method: 'GET', headers: {} }));
    assert.equal(cost.requests, 2);
    assert.equal(cost.bytes, 1_300 + '{"type":"heartbeat"}'.length + 4);
  });

  test('a proxy that blocks WebSockets does not affect requests', async () => {
    const world = new World();
    const switches = new Switches();
    const env = measured(world.env(), switches, { requests: 0, bytes: 0 });
    switches.block(true);
    const socket = env.socket('wss://page.test/chat', ['liveline.v1']);
    let closed = false;
    socket.onclose = () => (closed = true);
    await world.pass(1);
    assert.equal(closed, true);
    assert.equal(world.sockets.length, 0);
    world.serve('GET', '/ok', () => ({ json: {} }));
    assert.equal(
      (await env.fetch('https://page.test/ok', { method: 'GET', headers: {}, signal: new AbortController().signal }))
        .status,
      200,
    );
  });
});
