import { avatar, element, hue, icon } from './dom.js';
import { clock, linked } from './words.js';

/** @typedef {import('../liveline.js').Message} Message */

const PENCIL = 'M4 16l.8-3.4L13 4.4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2 4 16z';
const BIN = 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6';
/** Time for which the confirmation of a deletion is shown, ms. */
const CONFIRM_MS = 4_000;
/** Characters of a message in the names of its controls. */
const EXCERPT = 40;

/**
 * View of one message.
 *
 * @typedef {{edit: (message: Message) => void, remove: (message: Message) => void}} Actions
 */
export class MessageView {
  #text = element('div', { class: 'text' });
  #edited = element('span', { class: 'aside' });
  #kind = element('summary');
  #json = element('pre', { tabindex: '0' });
  /** Data of the message, folded. */
  #data = element('details', { class: 'data' }, this.#kind, this.#json);
  #actions = element('div', { class: 'actions' });
  #status = element('div', { class: 'fate' });

  /**
   * @param {Message} message
   * @param {boolean} own
   * @param {Actions} actions
   */
  constructor(message, own, actions) {
    this.message = message;
    const time = element('time', { datetime: new Date(message.time).toISOString() }, clock(message.time));
    const author = element('span', { class: 'author', 'data-hue': hue(message.author) }, message.name);
    this.node = element(
      'article',
      { class: own ? 'message own' : 'message', 'data-author': message.author, 'data-id': message.id },
      avatar({ user: message.author, name: message.name }),
      element('div', { class: 'byline' }, author, time),
      element('div', { class: 'bubble', title: new Date(message.time).toLocaleString() }, this.#text, this.#data),
    );
    if (own) {
      this.node.append(this.#actions, this.#status);
    }
    this.actions = actions;
    this.own = own;
    this.show();
  }

  /** Updates the view from the message. */
  show() {
    const { deleted, edited, text, kind, data, cursor } = this.message;
    this.node.dataset.cursor = cursor;
    this.node.classList.toggle('gone', Boolean(deleted));
    this.#edited.textContent = edited ? ' (edited)' : '';
    this.#text.replaceChildren(
      ...(deleted ? ['Message deleted'] : linked(text)),
      ...(edited && !deleted ? [this.#edited] : []),
    );
    this.#data.hidden = Boolean(deleted) || data === undefined;
    this.#kind.textContent = kind ?? 'Data';
    this.#json.textContent = this.#data.hidden ? '' : JSON.stringify(data, null, 2);
    this.#actions.replaceChildren(...(cursor && !deleted ? this.#buttons() : []));
  }

  /**
   * Shows the status of an own message that is not in the log yet.
   *
   * @param {'' | 'sending' | 'failed'} status
   * @param {string} [why]
   * @param {{retry: () => void, discard: () => void}} [choices]
   */
  setStatus(status, why = '', choices) {
    this.node.classList.toggle('sending', status === 'sending');
    this.node.classList.toggle('failed', status === 'failed');
    if (status === '') {
      delete this.node.dataset.fate;
    } else {
      this.node.dataset.fate = status;
    }
    const buttons = choices ? [button('Try again', choices.retry), ' ', button('Discard', choices.discard)] : [];
    this.#status.replaceChildren(why, ' ', ...buttons);
  }

  /** @param {boolean} first whether the message starts a group: another author, or some time later */
  setFirst(first) {
    this.node.classList.toggle('first', first);
  }

  #buttons() {
    const edit = element('button', { type: 'button', 'aria-label': this.#named('Edit'), title: 'Edit' }, icon(PENCIL));
    edit.addEventListener('click', () => this.actions.edit(this.message));
    const remove = element(
      'button',
      { type: 'button', 'aria-label': this.#named('Delete'), title: 'Delete' },
      icon(BIN),
    );
    remove.addEventListener('click', () => this.#confirmThenRemove(remove));
    return [edit, remove];
  }

  /**
   * Returns the name of a control, which tells it from that of another message.
   *
   * @param {string} action
   */
  #named(action) {
    const all = [...(this.message.text || (this.message.kind ?? 'data'))];
    return `${action} message: ${all.slice(0, EXCERPT).join('')}${all.length > EXCERPT ? '…' : ''}`;
  }

  /** @param {HTMLButtonElement} remove */
  #confirmThenRemove(remove) {
    if (remove.classList.contains('sure')) {
      this.actions.remove(this.message);
      return;
    }
    remove.classList.add('sure');
    remove.textContent = 'Delete?';
    remove.setAttribute('aria-label', this.#named('Really delete'));
    setTimeout(() => remove.isConnected && this.show(), CONFIRM_MS);
  }
}

/**
 * @param {string} label
 * @param {() => void} onClick
 */
function button(label, onClick) {
  const node = element('button', { type: 'button', class: 'link' }, label);
  node.addEventListener('click', onClick);
  return node;
}
