// Clicks through the examples in Chromium. Arguments: the folder in which .ci/examples has built them, and what to do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const [folder, pictures] = process.argv.slice(2);
const services = process.env.LIVELINE_URL;
const tools = createRequire(`${folder}/tools/`);
const { chromium } = tools('playwright-core');
const axe = readFileSync(tools.resolve('axe-core/axe.min.js'), 'utf8');
const LIMIT_MS = 60_000;

/** Returns the Vite of an application. */
const viteOf = async (application) =>
  import(pathToFileURL(createRequire(`${folder}/${application}/`).resolve('vite')).href);
const addressOf = (server) => server.resolvedUrls.local[0].replace('localhost', '127.0.0.1');

/** Sends a request to the services. */
async function send(method, path, name, json) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  const answer = await fetch(`${services}${path}?name=${name}`, { method, headers, body: JSON.stringify(json) });
  assert.equal(answer.ok, true, `${method} ${path}: ${answer.status}`);
}

/** Repeats a check until it passes. */
async function eventually(check) {
  for (const deadline = Date.now() + LIMIT_MS; ; ) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

let browser;
before(async () => (browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })));
after(() => browser.close());

/** Opens a page for a person, with what it complained about and the WebSockets that it opened. */
async function visit(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const complaints = [];
  let sockets = 0;
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('websocket', (socket) => (sockets += socket.url().includes('/chat') ? 1 : 0));
  await page.goto(address);
  return { page, complaints, sockets: () => sockets, close: () => context.close() };
}

const messages = (page) => page.getByRole('list', { name: 'Messages' }).locator('li p').allTextContents();

async function say(page, text) {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

if (pictures) {
  test('pictures of the React example', async () => {
    const { preview } = await viteOf('react');
    const server = await preview({ root: `${folder}/react`, preview: { host: '127.0.0.1', port: 0 }, logLevel: 'warn' });
    const said = [
      ['noor', 'Table 4: two risotto, one without cheese'],
      ['elio', 'On it. Risotto in 12 minutes.'],
      ['mara', 'Table 9 asks whether the soup has nuts'],
      ['elio', 'No nuts. It has celery.'],
      ['noor', 'Table 4 added a salad, please'],
    ];
    for (const [name, text] of said) {
      await send('POST', '/rooms/orders/messages', name, { text });
    }
    await send('PUT', '/counters/orders.open', 'noor', { value: 6 });
    await send('PUT', '/counters/orders.served', 'noor', { value: 41 });
    for (const [picture, colorScheme, width] of [
      ['light', 'light', 1000],
      ['dark', 'dark', 1000],
      ['phone', 'light', 390],
    ]) {
      const viewport = { width, height: width === 390 ? 700 : 560 };
      const options = { colorScheme, viewport, deviceScaleFactor: width === 390 ? 2 : 1 };
      for (const [name, state] of [['noor', 'active'], ['elio', 'active'], ['mara', 'away']]) {
        await send('PUT', '/rooms/orders/presence', name, { state });
      }
      await send('PUT', '/rooms/orders/typing', 'elio');
      const { page, close } = await visit(`${addressOf(server)}?name=noor`, options);
      await page.getByText('elio is typing…').waitFor();
      await page.getByText('41 served').waitFor();
      await page.screenshot({ path: `${pictures}/react-${picture}.png` });
      await close();
    }
    await server.close();
  });
}

describe('the React example', { skip: pictures !== undefined }, () => {
  let server;
  let address;
  before(async () => {
    const { preview } = await viteOf('react');
    server = await preview({ root: `${folder}/react`, preview: { host: '127.0.0.1', port: 0 }, logLevel: 'warn' });
    address = addressOf(server);
  });
  after(() => server.close());

  test('two people chat, see each other and who types, and one takes a message back', async () => {
    const ann = await visit(address);
    await ann.page.getByLabel('Your name').fill('ann');
    await ann.page.getByRole('button', { name: 'Come in' }).click();
    const bob = await visit(`${address}?name=bob`);
    await say(ann.page, 'table 4 is ready');
    await eventually(async () => assert.deepEqual(await messages(bob.page), ['table 4 is ready']));
    await eventually(async () =>
      assert.deepEqual((await ann.page.getByLabel('People').locator('li').allTextContents()).sort(), ['ann', 'bob']),
    );
    await bob.page.getByRole('textbox').pressSequentially('on my');
    await ann.page.getByText('bob is typing…').waitFor();
    await say(bob.page, 'on my way');
    await eventually(async () => assert.deepEqual(await messages(ann.page), ['table 4 is ready', 'on my way']));
    await ann.page.getByRole('button', { name: 'Delete "table 4 is ready"' }).click();
    await eventually(async () => assert.deepEqual(await messages(bob.page), ['deleted', 'on my way']));
    assert.equal(await ann.page.locator('.pending').count(), 0);
    assert.deepEqual([ann.sockets(), bob.sockets(), ann.complaints, bob.complaints], [1, 1, [], []]);
    await ann.close();
    await bob.close();
  });

  test('rooms change without another socket, and older messages are loaded', async () => {
    for (let i = 1; i <= 70; i++) {
      await send('POST', '/rooms/kitchen/messages', `cook${i % 9}`, { text: `line ${i}` });
    }
    const { page, sockets, complaints, close } = await visit(`${address}?name=carl`);
    for (const room of ['kitchen', 'floor', 'orders', 'kitchen']) {
      await page.getByRole('link', { name: room }).click();
      await page.getByLabel(`Message to ${room}`).waitFor();
    }
    await eventually(async () => assert.equal((await messages(page)).length, 50));
    await page.getByRole('button', { name: 'Older messages' }).click();
    await eventually(async () => assert.deepEqual((await messages(page)).slice(0, 2), ['line 1', 'line 2']));
    assert.equal((await messages(page)).length, 70);
    await page.getByRole('button', { name: 'Older messages' }).waitFor({ state: 'detached' });
    assert.deepEqual([sockets(), complaints], [1, []]);
    await close();
  });

  test('counters count, and the bot in Node answers', async () => {
    const bot = spawn(process.execPath, ['bot.js'], { cwd: `${folder}/bot`, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => bot.stdout.on('data', (text) => String(text).includes('live') && resolve()));
      const { page, close } = await visit(`${address}?name=dora`);
      await page.getByRole('button', { name: 'New order' }).click();
      await page.getByText('1 open').waitFor();
      await say(page, 'served 12');
      await page.getByText('Order 12 is done. Thank you, dora!').waitFor();
      await page.getByText('1 served').waitFor();
      await close();
    } finally {
      bot.kill('SIGTERM');
      assert.equal(await new Promise((resolve) => bot.once('exit', resolve)), 0);
    }
  });

  test('says that the server cannot be reached, and since when', async () => {
    const { page, close } = await visit(`${address}?name=emma`);
    await page.getByLabel('People').getByText('emma').waitFor();
    await page.context().setOffline(true);
    await page.getByText(/The server cannot be reached. Since /).waitFor();
    await say(page, 'written offline');
    assert.equal(await page.getByText('Sending…').count(), 1);
    await page.context().setOffline(false);
    await eventually(async () => assert.equal((await messages(page)).at(-1), 'written offline'));
    await page.getByText('Sending…').waitFor({ state: 'detached' });
    await page.locator('.banner').waitFor({ state: 'hidden' });
    await close();
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`has no fault that axe finds, ${colorScheme}, wide and on a phone`, async () => {
      for (const viewport of [undefined, { width: 390, height: 780 }]) {
        const { page, close } = await visit(`${address}?name=fay`, { colorScheme, ...(viewport && { viewport }) });
        await page.getByLabel('People').getByText('fay').waitFor();
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
        );
        await close();
      }
    });
  }

});
