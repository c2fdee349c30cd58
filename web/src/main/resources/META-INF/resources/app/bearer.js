import { browser } from '../liveline/browser.js';
import { LivelineError, request } from '../liveline/http.js';
import { byId } from './dom.js';

/** @typedef {import('../liveline.js').Person} Person */

const KEY = 'liveline.token';
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Who comes with a token. It is kept in this tab only, and asked for again when the server no longer takes it. */
export class Bearer {
  #dashboard;
  #room;
  #token = storedToken();
  /** @type {Promise<string> | undefined} */ #giving;
  /** What had the focus when the form took it. @type {Element | null} */ #focused = null;

  /**
   * @param {string} dashboard address of the service that is asked whether a token is good: all who have one may read counters
   * @param {string} room where it leads
   */
  constructor(dashboard, room) {
    this.#dashboard = dashboard.replace(/\/+$/, '');
    this.#room = room;
  }

  /** Who the token says one is. @returns {Person} */
  get person() {
    return personOf(this.#token) ?? { user: '', name: '' };
  }

  /**
   * A token that the server takes. Asked for by everything that was refused, so there is one answer for all.
   *
   * @returns {Promise<string>}
   */
  give() {
    this.#giving ??= this.#good().finally(() => (this.#giving = undefined));
    return this.#giving;
  }

  async #good() {
    let token = this.#token;
    let why = token === '' ? '' : await this.#refusal(token);
    while (token === '' || why !== '') {
      token = await this.#ask(why);
      why = await this.#refusal(token);
    }
    const before = this.#token;
    this.#token = token;
    store(token);
    if (before !== '' && personOf(before)?.user !== personOf(token)?.user) {
      // Somebody else: nothing on the page is theirs.
      location.reload();
      return new Promise(() => {});
    }
    this.#show(false);
    return token;
  }

  /**
   * Why the server does not take it; empty when it does, or cannot be asked: then that is not the token's fault.
   *
   * @param {string} token
   * @returns {Promise<string>}
   */
  async #refusal(token) {
    if (personOf(token) === undefined) {
      return 'This is not a token: three parts with dots between them are expected.';
    }
    try {
      await request(browser(), `${this.#dashboard}/counters?names=chat.messages`, { headers: { Authorization: `Bearer ${token}` } });
      return '';
    } catch (error) {
      if (!(error instanceof LivelineError) || error.status !== 401) {
        return '';
      }
      return error.code === 'token_expired' ? 'Your token has expired. Paste a new one to go on.' : `The token was refused: ${error.message}`;
    }
  }

  /**
   * @param {string} why the last one was not good
   * @returns {Promise<string>}
   */
  #ask(why) {
    const field = byId('token', 'input');
    byId('as-guest').hidden = true;
    byId('with-token').hidden = false;
    byId('name', 'input').disabled = true;
    field.disabled = false;
    field.value = '';
    byId('welcome-room', 'span').textContent = `#${this.#room}`;
    byId('lead', 'p').textContent = 'One room, three transports. Who you are is in your token.';
    this.#show(true);
    // After it is shown: an alert that was there before is not read out.
    byId('welcome-error', 'p').textContent = why;
    field.setAttribute('aria-invalid', String(why !== ''));
    field.focus();
    return new Promise((resolve) => {
      const form = byId('welcome-form', 'form');
      form.onsubmit = (event) => {
        event.preventDefault();
        resolve(field.value.trim());
      };
    });
  }

  /** @param {boolean} asking whether the form is shown, or the page behind it */
  #show(asking) {
    const welcome = byId('welcome');
    if (asking && welcome.hidden) {
      this.#focused = document.activeElement;
    }
    const isOver = !asking && !welcome.hidden;
    welcome.hidden = !asking;
    byId('app').hidden = asking;
    if (isOver && this.#focused instanceof HTMLElement) {
      // Whoever was in the middle of a sentence goes on with it.
      this.#focused.focus();
    }
  }
}

/** Forgets the token, and asks for one. */
export function signOut() {
  store('');
  location.reload();
}

/**
 * Not verified here: the server does that.
 *
 * @param {string} token
 * @returns {Person | undefined}
 */
function personOf(token) {
  if (!JWT.test(token)) {
    return undefined;
  }
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const { sub, name, preferred_username: preferred } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === 'string' ? { user: sub, name: String(name ?? preferred ?? sub) } : undefined;
  } catch {
    return undefined;
  }
}

/** The token of this tab; empty where there is none. */
export function storedToken() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} token */
function store(token) {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is forbidden: it will be asked for again.
  }
}
