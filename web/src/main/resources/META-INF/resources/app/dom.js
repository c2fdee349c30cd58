/**
 * Returns the element with this id.
 *
 * @template {keyof HTMLElementTagNameMap} [Tag='div']
 * @param {string} id
 * @param {Tag} [_tag] tag, for the type only
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function byId(id, _tag) {
  return /** @type {any} */ (document.getElementById(id));
}

/**
 * Creates an element. Users write the texts, so they are added as text and never as markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...Node} children
 */
export function drawing(tag, attributes = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** @param {string} path */
export function icon(path) {
  return drawing('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, drawing('path', { d: path }));
}

/** @param {{user: string, name: string}} person */
export function avatar(person) {
  const node = element('span', { class: 'avatar', 'aria-hidden': 'true' });
  paintAvatar(node, person);
  return node;
}

/**
 * @param {HTMLElement} node
 * @param {{user: string, name: string}} person
 */
export function paintAvatar(node, person) {
  node.textContent = initials(person.name);
  node.dataset.hue = hue(person.user);
}

/**
 * Returns one of eight colours, always the same for one user.
 *
 * @param {string} user
 */
export function hue(user) {
  let hash = 0;
  for (const char of user) {
    hash = (hash * 31 + /** @type {number} */ (char.codePointAt(0))) >>> 0;
  }
  return String(hash % 8);
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0].toLocaleUpperCase()).join('');
}
