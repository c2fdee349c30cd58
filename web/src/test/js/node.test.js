import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, test } from 'node:test';

import { connect } from '../../main/resources/META-INF/resources/liveline.js';

/** Server that answers as the chat service does over plain HTTP, without WebSockets. */
async function plainServer() {
  const streams = new Set();
  const messages = [];
  const message = (text) => ({ type: 'message', cursor: `e-${messages.length + 1}`, id: 'x', author: 'bob', text });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname !== '/rooms/lobby/messages') {
      response.writeHead(404).end();
    } else if (request.method === 'POST') {
      messages.push(message('posted'));
      response.writeHead(201).end(JSON.stringify({ cursor: messages.at(-1).cursor }));
      streams.forEach((stream) => stream.write(`id: e-1\ndata: ${JSON.stringify(messages.at(-1))}\n\n`));
    } else if (request.headers.accept === 'text/event-stream') {
      streams.add(response);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ type: 'joined', cursor: 'e-0', recovered: true })}\n\n`);
    } else {
      response.end(JSON.stringify({ messages, cursor: `e-${messages.length}`, complete: true, more: false }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a program without a page', () => {
  test('can create a client, which does nothing before a feature is used', () => {
    assert.equal('document' in globalThis, false);
    connect({ name: 'bot' }).close();
  });

  test('chats by the same module', async () => {
    const server = await plainServer();
    const live = connect({ name: 'bot', at: `http://127.0.0.1:${server.address().port}` });
    try {
      const room = live.chat('lobby');
      const received = new Promise((resolve) => room.on('message', resolve));
      assert.deepEqual(Object.keys(await room.post('hello')), ['id', 'cursor']);
      assert.equal((await received).text, 'posted');
      assert.equal(room.state, 'live');
    } finally {
      live.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
