// The backend of Pushpin, which it starts and ends: a room is a channel, named in the path. Pushpin asks it over HTTP who
// is to be held (GRIP) and tells it over HTTP what a member of a WebSocket says (WebSocket-over-HTTP); what is said in a
// room, there or in a POST to /room/<name> (a message a line), goes to Pushpin's control port over HTTP as well, and from
// there to whom it holds. Argument: the configuration, a template.
const { spawn } = require('node:child_process');
const { createServer, request } = require('node:http');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const net = require('node:net');
const { tmpdir } = require('node:os');

const KEPT = 100;
const rooms = new Map();
let control;

/** What was said last, and in which forms it is to be published: for who was ever held. */
function room(name) {
  if (!rooms.has(name)) {
    rooms.set(name, { newest: 0, lines: [], sockets: false, streams: false, polls: false });
  }
  return rooms.get(name);
}

/** What is said while a publish is under way goes with the next one: one after the other keeps the order. */
let waiting = [];
let publishing = false;

function say(name, line) {
  const to = room(name);
  const before = to.newest++;
  to.lines.push(line);
  if (to.lines.length > KEPT) {
    to.lines.shift();
  }
  const item = { channel: name, formats: {} };
  if (to.sockets) {
    item.formats['ws-message'] = { content: line };
  }
  if (to.streams) {
    item.formats['http-stream'] = { content: `data: ${line}\n\n` };
  }
  if (to.polls) {
    item.id = String(to.newest);
    item['prev-id'] = String(before);
    item.formats['http-response'] = { headers: { Etag: `"${to.newest}"` }, body: line };
  }
  if (Object.keys(item.formats).length > 0) {
    waiting.push(item);
  }
  if (!publishing && waiting.length > 0) {
    publish();
  }
}

function publish() {
  const body = JSON.stringify({ items: waiting });
  waiting = [];
  publishing = true;
  // It closes every connection behind its answer.
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const post = request({ host: '127.0.0.1', port: control, path: '/publish/', method: 'POST', agent: false, headers }, (response) => {
    if (response.statusCode !== 200) {
      lost(response.statusCode);
    }
    response.resume();
    response.on('end', () => {
      publishing = false;
      if (waiting.length > 0) {
        publish();
      }
    });
  });
  post.on('error', lost);
  post.end(body);
}

/** A run in which a message was not published is worth nothing. */
function lost(reason) {
  console.error('not published:', reason);
  process.kill(process.pid, 'SIGTERM');
}

function event(type, content) {
  return content === undefined ? `${type}\r\n` : `${type} ${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n`;
}

/** Answers the events of a WebSocket: it opens, something is said, it closes. */
function socket(name, body, response) {
  const answer = [];
  const headers = { 'Content-Type': 'application/websocket-events' };
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at);
    const [type, size] = body.toString('latin1', at, end).split(' ');
    const from = end + 2;
    const length = size === undefined ? 0 : parseInt(size, 16);
    at = size === undefined ? from : from + length + 2;
    if (type === 'OPEN') {
      room(name).sockets = true;
      headers['Sec-WebSocket-Extensions'] = 'grip; message-prefix=""';
      answer.push(event('OPEN'), event('TEXT', `c:${JSON.stringify({ type: 'subscribe', channel: name })}`));
    } else if (type === 'TEXT') {
      say(name, body.toString('utf8', from, from + length));
    } else if (type === 'CLOSE') {
      answer.push(event('CLOSE', body.subarray(from, from + length).toString('latin1')));
    }
  }
  const text = answer.join('');
  headers['Content-Length'] = Buffer.byteLength(text);
  response.writeHead(200, headers).end(text);
}

/** Holds a stream; or a poll that has seen all, and answers one that has not. */
function hold(name, headers, response) {
  const here = room(name);
  if ((headers.accept ?? '').includes('event-stream')) {
    here.streams = true;
    response
      .writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Length': 0, 'Grip-Hold': 'stream', 'Grip-Channel': name })
      .end();
    return;
  }
  here.polls = true;
  const { newest, lines } = here;
  const seen = headers['if-none-match'];
  if (seen === undefined || Number(seen.slice(1, -1)) < newest) {
    const missed = seen === undefined ? [] : lines.slice(Number(seen.slice(1, -1)) - newest);
    const text = missed.join('\n');
    response.writeHead(200, { Etag: `"${newest}"`, 'Content-Length': Buffer.byteLength(text) }).end(text);
    return;
  }
  // A poll that gets to Pushpin behind the message that it waits for should be sent back here, as its prev-id is not the
  // channel's last. In a room of a hundred polls Pushpin 1.36 did so once, and then the room stood still: who was not sent
  // back waits until its time is over, which is short where something is said.
  const channel = `${name}; prev-id=${newest}`;
  const seconds = newest === 0 ? 25 : 5;
  response.writeHead(304, { Etag: seen, 'Grip-Hold': 'response', 'Grip-Channel': channel, 'Grip-Timeout': seconds }).end();
}

const backend = createServer((request, response) => {
  const name = request.url.slice('/room/'.length);
  if (request.headers['content-type'] !== 'application/websocket-events' && request.method === 'GET') {
    hold(name, request.headers, response);
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    if (request.headers['content-type'] === 'application/websocket-events') {
      socket(name, body, response);
    } else {
      for (const line of body.toString().split('\n')) {
        say(name, line);
      }
      response.writeHead(201, { 'Content-Length': 0 }).end();
    }
  });
});
backend.keepAliveTimeout = 600_000;

const free = () => new Promise((done) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

const until = async (condition) => {
  while (!(await condition())) {
    await new Promise((done) => setTimeout(done, 50));
  }
};

const answers = (port, path) => new Promise((done) => {
  const ask = request({ host: '127.0.0.1', port, path, agent: false, timeout: 1000 }, (response) => {
    response.resume();
    done(response.statusCode < 500);
  });
  ask.on('error', () => done(false));
  ask.on('timeout', () => ask.destroy());
  ask.end();
});

backend.listen(0, '127.0.0.1', 4096, async () => {
  const dir = mkdtempSync(`${tmpdir()}/liveline-pushpin`);
  const port = await free();
  control = await free();
  const filled = { port, control, dir, lib: '/usr/lib/pushpin' };
  writeFileSync(`${dir}/pushpin.conf`, readFileSync(process.argv[2], 'utf8').replace(/\{(\w+)\}/g, (all, name) => filled[name] ?? all));
  writeFileSync(`${dir}/routes`, `* 127.0.0.1:${backend.address().port},over_http\n`);
  const proxy = spawn('pushpin', [`--config=${dir}/pushpin.conf`, '--merge-output'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => proxy.kill('SIGTERM');
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  proxy.on('exit', (code) => {
    rmSync(dir, { recursive: true, force: true });
    process.exit(code ?? 1);
  });
  // All four processes are there when a request has come through them to here, and the control port answers.
  await until(async () => (await answers(port, '/room/none')) && (await answers(control, '/')));
  console.log(`port ${port}`);
  // A generator that was killed cannot end it.
  setTimeout(end, 1_800_000);
});
