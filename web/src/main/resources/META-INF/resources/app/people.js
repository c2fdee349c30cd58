import { avatar, byId, element } from './dom.js';
import { number, typingLine } from './words.js';

/**
 * @typedef {import('../liveline.js').Present} Present
 * @typedef {import('../liveline.js').Person} Person
 */

/** Maximum number of listed people; the rest is shown as a number. */
const MAX_LISTED = 100;

/** View of the people in the room and of those who are typing. */
export class People {
  #list = byId('people', 'ul');
  #count = byId('people-count', 'span');
  #badge = byId('people-badge', 'span');
  #typing = byId('typing', 'p');
  #me;

  /** @param {string} me id of the user */
  constructor(me) {
    this.#me = me;
  }

  /**
   * @param {Present[]} online
   * @param {Person[]} typing
   */
  show(online, typing) {
    const sorted = [...online].sort((a, b) => this.#rank(a) - this.#rank(b) || a.name.localeCompare(b.name));
    const rest = sorted.length - MAX_LISTED;
    this.#list.replaceChildren(...sorted.slice(0, MAX_LISTED).map((person) => this.#row(person)));
    if (rest > 0) {
      this.#list.append(element('li', { class: 'note' }, `and ${number(rest)} more`));
    }
    this.#count.textContent = this.#badge.textContent = number(online.length);
    this.#showTyping(typing.filter((person) => person.user !== this.#me));
  }

  clear() {
    this.show([], []);
    this.#count.textContent = '';
  }

  /** @param {Person[]} people */
  #showTyping(people) {
    const line = typingLine(people);
    if (line === (this.#typing.dataset.line ?? '')) {
      return;
    }
    this.#typing.dataset.line = line;
    const dots = element('span', { class: 'dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i'));
    this.#typing.replaceChildren(...(line === '' ? [] : [dots, element('span', { class: 'names' }, line)]));
  }

  /** @param {Present} person */
  #rank(person) {
    return person.user === this.#me ? 0 : person.state === 'active' ? 1 : 2;
  }

  /** @param {Present} person */
  #row(person) {
    const note = person.user === this.#me ? 'you' : person.state === 'away' ? 'away' : '';
    return element(
      'li',
      { 'data-user': person.user, 'data-presence': person.state },
      avatar(person),
      element('span', { class: 'title' }, person.name),
      element('span', { class: 'note' }, note),
    );
  }
}
