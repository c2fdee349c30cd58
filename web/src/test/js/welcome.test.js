import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { askName } from '../../main/resources/META-INF/resources/app/welcome.js';

/** Globals of the page that these tests replace. */
const REPLACED = ['document', 'location', 'localStorage', 'history', 'fetch'];

describe('the form for a name', () => {
  const before = Object.fromEntries(REPLACED.map((name) => [name, globalThis[name]]));
  let elements;
  let stored;
  let address;

  beforeEach(() => {
    elements = new Map();
    stored = null;
    const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    define('document', { getElementById: element });
    define('location', new URL('https://page.test/?name=bad%20%0A%20name&room=lobby'));
    define('localStorage', { getItem: () => stored, setItem: (_, name) => (stored = name) });
    define('history', { replaceState: (state, title, to) => (address = String(to)) });
    define('fetch', async (at) => {
      const isBad = new URL(at).searchParams.get('name').includes('bad');
      return isBad
        ? new Response('{"code":"bad_name","detail":"A name has visible characters"}', {
            status: 400,
            headers: { 'Content-Type': 'application/problem+json' },
          })
        : Response.json({ counters: {} });
    });
  });

  afterEach(() => REPLACED.forEach((name) => Object.defineProperty(globalThis, name, { value: before[name] })));

  function element(id) {
    const known = elements.get(id) ?? { hidden: id === 'welcome', attributes: {}, select: () => {} };
    known.setAttribute ??= (name, value) => (known.attributes[name] = value);
    elements.set(id, known);
    return known;
  }

  /** Waits until the form is shown again, and submits a name. */
  async function submit(name) {
    while (!element('welcome-form').onsubmit) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { onsubmit } = element('welcome-form');
    element('welcome-form').onsubmit = undefined;
    element('name').value = name;
    onsubmit({ preventDefault: () => {} });
  }

  async function shown() {
    while (!element('welcome-form').onsubmit) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return [element('welcome').hidden, element('name').value, element('welcome-error').textContent];
  }

  test('says at the field why the server refuses a name, and lets the user change it', async () => {
    const name = askName('lobby', 'https://page.test/');
    assert.deepEqual(await shown(), [false, 'bad \n name', 'A name has visible characters']);
    assert.equal(element('name').attributes['aria-invalid'], 'true');
    await submit('still bad');
    assert.deepEqual(await shown(), [false, 'still bad', 'A name has visible characters']);
    await submit('ann');
    assert.equal(await name, 'ann');
    assert.equal(element('welcome').hidden, true);
    assert.equal(stored, 'ann');
    assert.equal(address, 'https://page.test/?room=lobby');
  });

  test('is not shown for a name that the server accepts', async () => {
    location = new URL('https://page.test/?name=bob');
    assert.equal(await askName('lobby', 'https://page.test/'), 'bob');
    assert.equal(stored, null);
    assert.equal(element('welcome').hidden, true);
  });
});
