import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';
import { World } from './world.js';

const HTML = '<!doctype html><title>My application</title>';

describe('the addresses of the services', () => {
  let world;

  beforeEach(() => {
    world = new World();
  });

  const hosts = () => world.sockets.map((socket) => socket.address);

  test('are relative to a relative `at`', async () => {
    world.serve('GET', '/realtime/liveline.json', () => ({ json: { chat: '' } }));
    connect({ name: 'ann', at: '/realtime', env: world.env() }).chat('lobby');
    await world.settle();
    assert.deepEqual(hosts(), ['wss://page.test/realtime/chat?name=ann']);
  });

  test('are those of the folder if an application answers liveline.json with its page, and that is reported', async () => {
    world.serve('GET', '/realtime/liveline.json', () => ({ text: HTML }));
    const live = connect({ name: 'ann', at: 'https://live.test/realtime', env: world.env() });
    const errors = [];
    live.on('error', (error) => errors.push([error.code, error.message]));
    live.chat('lobby');
    await world.settle();
    assert.deepEqual(hosts(), ['wss://live.test/realtime/chat?name=ann']);
    assert.deepEqual(errors, [
      ['bad_answer', 'https://live.test/realtime/liveline.json is no Liveline service'],
    ]);
  });

  test('are those of the folder if a plain server has no liveline.json', async () => {
    world.serve('GET', '/liveline.json', () => ({ status: 404, text: 'Not Found' }));
    connect({ name: 'ann', env: world.env() }).chat('lobby');
    await world.settle();
    assert.deepEqual(hosts(), ['wss://page.test/chat?name=ann']);
  });

  test('are requested again after a guess, since the login page of a network passes', async () => {
    let isPortal = true;
    world.serve('GET', '/', () => ({ text: HTML }));
    world.serve('GET', '/liveline.json', () => (isPortal ? { text: HTML } : { json: { chat: 'https://chat.test' } }));
    const room = connect({ name: 'ann', env: world.env() }).chat('lobby');
    await world.pass(1_000);
    isPortal = false;
    for (let i = 0; i < 12; i++) {
      world.sockets.filter((socket) => socket.isOpen).forEach((socket) => socket.break());
      await world.pass(5_000);
    }
    assert.equal(new URL(world.requests.at(-1).address).host, 'chat.test');
    assert.equal(room.state, 'offline');
  });

  test('leave the room offline while they cannot be had, at a bounded rate, and none is tried after close()', async () => {
    world.isOnline = false;
    const live = connect({ name: 'ann', env: world.env() });
    const room = live.chat('lobby');
    live.counters(['a']);
    live.presence('lobby');
    await world.pass(60_000);
    assert.equal(room.state, 'offline');
    assert.ok(world.requests.length < 60, `${world.requests.length} requests`);
    live.close();
    await world.settle();
    const before = world.requests.length;
    await world.pass(300_000);
    assert.equal(world.requests.length, before);
  });

  test('are missing without a page and without `at`: the room says so', async () => {
    const env = { ...world.env(), origin: undefined };
    const room = connect({ name: 'ann', env }).chat('lobby');
    const errors = [];
    room.on('error', (error) => errors.push(error.code));
    await world.pass(1_000);
    assert.deepEqual(errors, ['no_address']);
    assert.equal(room.state, 'refused');
    assert.equal(world.requests.length, 0);
  });

  for (const [at, folder] of [
    ['https://live.test/rt//', 'https://live.test/rt/'],
    ['https://live.test/rt?version=2#top', 'https://live.test/rt/'],
    ['rt/', 'https://page.test/rt/'],
  ]) {
    test(`are those of ${folder} if \`at\` is ${at}`, async () => {
      connect({ name: 'ann', at, env: world.env() }).counters();
      await world.settle();
      assert.deepEqual(
        world.requests.map(({ address }) => address),
        [`${folder}liveline.json`, `${folder}counters/stream`],
      );
    });
  }

  test('are reported by counters and people, once, where pages answer instead of services', async () => {
    world.serve('GET', '/', () => ({ text: HTML }));
    const live = connect({ name: 'ann', env: world.env() });
    const features = [live.counters(), live.presence('lobby')];
    const errors = [];
    for (const feature of features) {
      feature.on('error', (error) => errors.push(error.code));
    }
    await world.pass(60_000);
    assert.deepEqual(errors, ['bad_answer', 'bad_answer']);
    assert.deepEqual(
      features.map(({ state }) => state),
      ['offline', 'offline'],
    );
    assert.ok(world.requests.length < 200, `${world.requests.length} requests`);
  });

  test('leave counters and people offline while they cannot be had, and live as soon as they can', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: {} }));
    world.isOnline = false;
    const live = connect({ name: 'ann', env: world.env() });
    const features = [live.counters(), live.presence('lobby')];
    await world.settle();
    assert.deepEqual(
      features.map(({ state }) => state),
      ['offline', 'offline'],
    );
    await world.pass(5_000);
    world.isOnline = true;
    world.dispatch('online');
    await world.settle();
    assert.equal(world.streams.length, 1);
  });

  test('take no name if there is a token', async () => {
    world.serve('GET', '/liveline.json', () => ({ json: {} }));
    const live = connect({ token: 'abc', env: world.env() });
    live.chat('lobby');
    live.presence('lobby');
    await world.settle();
    assert.deepEqual(hosts(), ['wss://page.test/chat']);
    assert.deepEqual(
      world.requests.filter(({ address }) => address.includes('name=')),
      [],
    );
  });
});
