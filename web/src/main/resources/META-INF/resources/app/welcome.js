import { browser } from '../liveline/browser.js';
import { LivelineError, request, withQuery } from '../liveline/http.js';
import { byId } from './dom.js';
import { anyName } from './words.js';

const KEY = 'liveline.name';

/**
 * Returns the user's name: from the address, from storage, or from the form. The form says why a name is refused.
 *
 * @param {string} room room to join
 * @param {string} dashboard address of a service, which checks the name
 * @returns {Promise<string>}
 */
export async function askName(room, dashboard) {
  let name = new URLSearchParams(location.search).get('name')?.trim() || stored();
  let why = name ? await refusal(dashboard, name) : '';
  while (!name || why !== '') {
    name = await ask(room, name || anyName(), why);
    why = await refusal(dashboard, name);
    if (why === '') {
      store(name);
      history.replaceState(null, '', addressWithoutName());
    }
  }
  byId('welcome').hidden = true;
  return name;
}

function addressWithoutName() {
  const address = new URL(location.href);
  address.searchParams.delete('name');
  return address;
}

/**
 * Returns why the server refuses a name; empty if it accepts the name or cannot be reached.
 *
 * @param {string} dashboard
 * @param {string} name
 */
async function refusal(dashboard, name) {
  try {
    await request(browser(), withQuery(`${dashboard.replace(/\/+$/, '')}/counters`, { names: 'chat.messages', name }));
    return '';
  } catch (error) {
    return error instanceof LivelineError && error.code === 'bad_name' ? error.message : '';
  }
}

/** Deletes the stored name and shows the form. */
export function forgetName() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: no name was stored.
  }
  location.assign(addressWithoutName());
}

/**
 * @param {string} room
 * @param {string} suggestion
 * @param {string} why reason why the suggestion was refused
 * @returns {Promise<string>}
 */
function ask(room, suggestion, why) {
  const name = byId('name', 'input');
  byId('welcome').hidden = false;
  byId('welcome-room', 'span').textContent = `#${room}`;
  name.value = suggestion;
  name.select();
  // After the form is shown: screen readers do not announce an alert that existed before.
  byId('welcome-error', 'p').textContent = why;
  name.setAttribute('aria-invalid', String(why !== ''));
  byId('another-name', 'button').onclick = () => (name.value = anyName());
  return new Promise((resolve) => {
    byId('welcome-form', 'form').onsubmit = (event) => {
      event.preventDefault();
      const chosen = name.value.trim();
      if (chosen !== '') {
        resolve(chosen);
      }
    };
  });
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} name */
function store(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is forbidden: the form asks again after a reload.
  }
}
