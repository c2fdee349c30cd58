import { browser } from '../liveline/browser.js';
import { LivelineError, request } from '../liveline/http.js';
import { byId } from './dom.js';

/** @typedef {import('../liveline.js').Person} Person */

const KEY = 'liveline.token';
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Form for an access token. The token is stored in this tab only. The form returns when the server rejects the token.
 */
export class Bearer {
  #dashboard;
  #room;
  #token = storedToken();
  /** @type {Promise<string> | undefined} */ #pending;
  /** Element that had the focus before the form. @type {Element | null} */ #focused = null;

  /**
   * @param {string} dashboard address of the service that checks a token: every user may read counters
   * @param {string} room room to join
   */
  constructor(dashboard, room) {
    this.#dashboard = dashboard.replace(/\/+$/, '');
    this.#room = room;
  }

  /** Returns the user that the token names. @returns {Person} */
  get person() {
    return personOf(this.#token) ?? { user: '', name: '' };
  }

  /**
   * Returns a token that the server accepts. All rejected requests call it, so concurrent calls share one result.
   *
   * @returns {Promise<string>}
   */
  get() {
    this.#pending ??= this.#accepted().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #accepted() {
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
      // Another user: nothing on the page belongs to them.
      location.reload();
      return new Promise(() => {});
    }
    this.#show(false);
    return token;
  }

  /**
   * Returns why the server rejects a token; empty if it accepts the token or cannot be reached.
   *
   * @param {string} token
   * @returns {Promise<string>}
   */
  async #refusal(token) {
    if (personOf(token) === undefined) {
      return 'This is not a token. A token has three parts, separated by dots.';
    }
    try {
      await request(browser(), `${this.#dashboard}/counters?names=chat.messages`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      return '';
    } catch (error) {
      if (!(error instanceof LivelineError) || error.status !== 401) {
        return '';
      }
      return error.code === 'token_expired'
        ? 'Your token has expired. Paste a new one to continue.'
        : `The token was refused: ${error.message}`;
    }
  }

  /**
   * @param {string} why reason why the last token was rejected
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
    byId('lead', 'p').textContent = 'One room, three transports. Your token says who you are.';
    this.#show(true);
    // After the form is shown: screen readers do not announce an alert that existed before.
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

  /** @param {boolean} asking whether to show the form instead of the page */
  #show(asking) {
    const welcome = byId('welcome');
    if (asking && welcome.hidden) {
      this.#focused = document.activeElement;
    }
    const isOver = !asking && !welcome.hidden;
    welcome.hidden = !asking;
    byId('app').hidden = asking;
    if (isOver && this.#focused instanceof HTMLElement) {
      // The user continues where the form interrupted.
      this.#focused.focus();
    }
  }
}

/** Deletes the token and shows the form. */
export function signOut() {
  store('');
  location.reload();
}

/**
 * Returns the user that a token names. The server verifies the token, not this function.
 *
 * @param {string} token
 * @returns {Person | undefined}
 */
function personOf(token) {
  if (!JWT.test(token)) {
    return undefined;
  }
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    const { sub, name, preferred_username: preferred } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === 'string' ? { user: sub, name: String(name ?? preferred ?? sub) } : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the token of this tab; empty if there is none. */
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
    // Storage is forbidden: the form asks again after a reload.
  }
}
