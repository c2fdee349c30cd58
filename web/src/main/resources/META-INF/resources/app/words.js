/** @typedef {import('../liveline.js').Person} Person */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const DAY_AND_YEAR = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const NUMBER = new Intl.NumberFormat();
const DAY_MS = 86_400_000;

/** @param {number} ms */
export const clock = (ms) => CLOCK.format(ms);

/** @param {number} value */
export const number = (value) => NUMBER.format(value);

/** @param {number} ms */
export const dayOf = (ms) => new Date(ms).toDateString();

/** @param {number} ms */
export function dayName(ms) {
  const now = Date.now();
  if (dayOf(ms) === dayOf(now)) {
    return 'Today';
  }
  if (dayOf(ms) === dayOf(now - DAY_MS)) {
    return 'Yesterday';
  }
  return (Math.abs(now - ms) < 180 * DAY_MS ? DAY : DAY_AND_YEAR).format(ms);
}

/**
 * Returns a sentence about the people who are typing.
 *
 * @param {Person[]} people people without the user
 */
export function typingLine(people) {
  const names = people.map((person) => person.name);
  switch (names.length) {
    case 0:
      return '';
    case 1:
      return `${names[0]} is typing`;
    case 2:
    case 3:
      return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]} are typing`;
    default:
      return `${names[0]}, ${names[1]} and ${names.length - 2} others are typing`;
  }
}

const ADJECTIVES = 'Brisk Calm Bright Quiet Merry Swift Gentle Clever Sunny Bold Kind Lucky'.split(' ');
const ANIMALS = 'Otter Heron Lynx Finch Badger Hare Robin Seal Marten Crane Fox Wren'.split(' ');

/** Returns a random name as a suggestion. */
export function anyName() {
  return `${any(ADJECTIVES)} ${any(ANIMALS)}`;
}

/** @param {string[]} words */
function any(words) {
  return words[Math.floor(Math.random() * words.length)];
}

/**
 * Converts the web addresses of a text to links.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])/).map((part, index) => {
    if (index % 2 === 0) {
      return part;
    }
    const link = document.createElement('a');
    link.href = part;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
    link.textContent = part;
    return link;
  });
}
