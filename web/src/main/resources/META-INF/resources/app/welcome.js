import { byId } from './dom.js';
import { anyName } from './words.js';

const KEY = 'liveline.name';

/**
 * The name to go by: from the address, as remembered, or asked for.
 *
 * @param {string} room where it leads
 * @returns {Promise<string>}
 */
export async function askName(room) {
  const given = new URLSearchParams(location.search).get('name')?.trim() || stored();
  return given ? given : ask(room);
}

/** Forgets the name and asks again. */
export function forgetName() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: nothing was remembered.
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
    // Storage is forbidden: it will be asked for again.
  }
}
