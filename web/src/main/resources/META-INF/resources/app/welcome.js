import { byId } from './dom.js';
import { anyName } from './words.js';

const KEY = 'liveline.name';

/**
 * Returns the user's name: from the address, from storage, or from the form.
 *
 * @param {string} room room to join
 * @returns {Promise<string>}
 */
export async function askName(room) {
  const known = new URLSearchParams(location.search).get('name')?.trim() || stored();
  return known ? known : ask(room);
}

/** Deletes the stored name and shows the form. */
export function forgetName() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: no name was stored.
  }
  const address = new URL(location.href);
  address.searchParams.delete('name');
  location.assign(address);
}

/**
 * @param {string} room
 * @returns {Promise<string>}
 */
function ask(room) {
  const name = byId('name', 'input');
  byId('welcome').hidden = false;
  byId('welcome-room', 'span').textContent = `#${room}`;
  name.value = anyName();
  name.select();
  byId('another-name', 'button').addEventListener('click', () => {
    name.value = anyName();
  });
  return new Promise((resolve) => {
    byId('welcome-form', 'form').addEventListener('submit', (event) => {
      event.preventDefault();
      const chosen = name.value.trim();
      if (chosen !== '') {
        store(chosen);
        byId('welcome').hidden = true;
        resolve(chosen);
      }
    });
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
