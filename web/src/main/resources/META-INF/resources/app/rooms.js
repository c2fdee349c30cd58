import { byId, element } from './dom.js';
import { number } from './words.js';

const KEY = 'liveline.rooms';
/** Maximum number of stored rooms and of listed rooms. */
const MAX_ROOMS = 12;
const PREFIX = 'chat.messages.';
/** Prefix of the transport lab's rooms, which are not for people. */
const LAB = `${PREFIX}lab-`;

/** List of rooms: those the user has visited, and the busiest ones. */
export class Rooms {
  #list = byId('room-list', 'ul');
  #current = '';
  #enter;
  /** @type {Record<string, number>} */ #counts = {};

  /** @param {(room: string) => void} enter */
  constructor(enter) {
    this.#enter = enter;
    const name = byId('room-name', 'input');
    byId('room-form', 'form').addEventListener('submit', (event) => {
      event.preventDefault();
      enter(name.value.trim().replace(/\s+/g, '-'));
      name.value = '';
    });
  }

  /** @param {string} room */
  enter(room) {
    this.#current = room;
    storeRooms([room, ...storedRooms().filter((other) => other !== room)].slice(0, MAX_ROOMS));
    this.#show();
  }

  /** @param {Record<string, number>} values of all counters */
  count(values) {
    const rooms = Object.entries(values).filter(([name]) => name.startsWith(PREFIX) && !name.startsWith(LAB));
    this.#counts = Object.fromEntries(rooms.map(([name, value]) => [name.slice(PREFIX.length), value]));
    this.#show();
  }

  #show() {
    const busiest = Object.keys(this.#counts).sort((a, b) => this.#counts[b] - this.#counts[a]);
    const names = [...new Set(['lobby', this.#current, ...storedRooms(), ...busiest])].slice(0, MAX_ROOMS);
    const known = new Map([...this.#list.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.room, row]));
    this.#list.replaceChildren(...names.map((room) => this.#update(known.get(room) ?? this.#row(room), room)));
  }

  /** @param {string} room */
  #row(room) {
    const link = element('a', {}, element('span', { class: 'hash', 'aria-hidden': 'true' }, '#'));
    link.append(element('span', { class: 'title' }, room), element('span', { class: 'count' }));
    link.addEventListener('click', (event) => {
      if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
        event.preventDefault();
        this.#enter(room);
      }
    });
    return element('li', { 'data-room': room }, link);
  }

  /**
   * @param {Element} row
   * @param {string} room
   */
  #update(row, room) {
    const link = /** @type {HTMLAnchorElement} */ (row.firstElementChild);
    const address = new URL(location.href);
    address.searchParams.set('room', room);
    link.href = address.href;
    link.toggleAttribute('aria-current', false);
    if (room === this.#current) {
      link.setAttribute('aria-current', 'page');
    }
    const count = /** @type {HTMLElement} */ (link.lastElementChild);
    count.textContent = room in this.#counts ? number(this.#counts[room]) : '';
    return row;
  }
}

/** @returns {string[]} */
function storedRooms() {
  try {
    const rooms = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(rooms) ? rooms.filter((room) => typeof room === 'string') : [];
  } catch {
    return [];
  }
}

/** @param {string[]} rooms */
function storeRooms(rooms) {
  try {
    localStorage.setItem(KEY, JSON.stringify(rooms));
  } catch {
    // Storage is forbidden or full: the rooms are not stored.
  }
}
