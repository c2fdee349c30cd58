import { byId } from './dom.js';

/** @typedef {import('../liveline.js').Message} Message */

/** Whether the last input came from a keyboard: such a user loses the place if the focus goes nowhere. */
let isKeyboardUsed = false;
addEventListener('keydown', () => (isKeyboardUsed = true), { capture: true });
addEventListener('pointerdown', () => (isKeyboardUsed = false), { capture: true });

/**
 * Input field for messages.
 *
 * @typedef {object} ComposerActions callbacks of the composer
 * @property {(text: string) => void} send
 * @property {(message: Message, text: string) => void} edit
 * @property {() => void} typing called on each key press
 * @property {() => void} stopped called when the field is emptied
 * @property {() => Message | undefined} lastOwn
 */
export class Composer {
  #form = byId('composer', 'form');
  #text = byId('text', 'textarea');
  #send = byId('send', 'button');
  #editing = byId('editing', 'p');
  #actions;
  /** @type {Message | undefined} */ #edited;
  /** Text that was in the field before an edit. */
  #draft = '';

  /** @param {ComposerActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener('input', () => this.#onInput());
    this.#text.addEventListener('keydown', (event) => this.#onKey(event));
    byId('cancel-edit', 'button').addEventListener('click', () => this.#endEdit());
    this.#fit();
  }

  /** Focuses the field, unless that would open the keyboard of a phone, which would cover the messages. */
  focus() {
    if (matchMedia('(hover: hover)').matches || isKeyboardUsed) {
      this.#text.focus();
    }
  }

  /** Clears the field and ends an edit, when the room changes. */
  clear() {
    this.#edited = undefined;
    this.#editing.hidden = true;
    this.#set('');
  }

  /** @param {Message} message */
  edit(message) {
    if (!this.#edited) {
      this.#draft = this.#text.value;
    }
    this.#edited = message;
    this.#editing.hidden = false;
    this.#set(message.text);
    this.#text.focus();
  }

  #submit() {
    const text = this.#text.value.trim();
    const edited = this.#edited;
    if (text === '') {
      return;
    }
    if (edited) {
      this.#endEdit();
      if (text !== edited.text) {
        this.#actions.edit(edited, text);
      }
    } else {
      this.#set('');
      this.#actions.send(text);
    }
    this.#text.focus();
  }

  #endEdit() {
    this.#edited = undefined;
    this.#editing.hidden = true;
    this.#set(this.#draft);
    this.#draft = '';
    this.#text.focus();
  }

  #onInput() {
    this.#fit();
    if (this.#text.value.trim() === '') {
      this.#actions.stopped();
    } else if (!this.#edited) {
      this.#actions.typing();
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Enter also ends the composition of a Chinese or Japanese word.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === 'Escape' && this.#edited) {
      event.stopPropagation();
      this.#endEdit();
    } else if (event.key === 'ArrowUp' && this.#text.value === '' && !this.#edited) {
      const message = this.#actions.lastOwn();
      if (message) {
        event.preventDefault();
        this.edit(message);
      }
    }
  }

  /** @param {string} text */
  #set(text) {
    this.#text.value = text;
    this.#fit();
  }

  #fit() {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight}px`;
    this.#send.disabled = this.#text.value.trim() === '';
  }
}
