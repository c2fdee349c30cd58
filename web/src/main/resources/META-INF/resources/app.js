import { Activity } from './app/activity.js';
import { Bearer, signOut } from './app/bearer.js';
import { Composer } from './app/composer.js';
import { Connections } from './app/connections.js';
import { byId, paintAvatar } from './app/dom.js';
import { drawers } from './app/drawers.js';
import { People } from './app/people.js';
import { Rooms } from './app/rooms.js';
import { Timeline } from './app/timeline.js';
import { askName, forgetName } from './app/welcome.js';
import { chat, counters, createClient, fallback, LivelineError, outbox, presence } from './liveline.js';
import { Backoff } from './liveline/backoff.js';
import { browser } from './liveline/browser.js';
import { request } from './liveline/http.js';

/**
 * @typedef {import('./liveline.js').Message} Message
 * @typedef {import('./liveline.js').Person & {token?: () => Promise<string>}} Me
 */

/** Folder of the page. The services are in it, also behind a proxy that serves everything below a path. */
const HERE = new URL('.', import.meta.url).href;
const COUNTERS = ['chat.*', 'presence.*', 'connections.*'];
/** Time for which a notice is shown, ms. */
const NOTICE_MS = 8_000;

/** Page that connects the client library to the views. */
class Page {
  #me;
  #live;
  #timeline;
  #composer;
  #people;
  #rooms;
  #connections = new Connections();
  #drawers = drawers();
  /** @type {import('./liveline.js').Room | undefined} */ #room;
  /** @type {import('./liveline.js').Presence | undefined} */ #presence;
  #unread = 0;
  /** @type {any} */ #noticeTimer;

  /** @param {Me} me */
  constructor(me) {
    this.#me = me;
    const user = { name: me.name, token: me.token, at: HERE };
    this.#live = createClient(user, chat, fallback, outbox, counters, presence);
    this.#live.on('error', (error) => this.#notice(error.message));
    this.#timeline = new Timeline(me.user, {
      edit: (message) => this.#composer.edit(message),
      remove: (message) => this.#try(this.#room?.delete(message.cursor)),
    });
    this.#composer = new Composer({
      send: (text) => this.#send(text),
      edit: (message, text) => this.#try(this.#room?.edit(message.cursor, text)),
      typing: () => this.#presence?.typing(),
      stopped: () => this.#presence?.stopTyping(),
      lastOwn: () => this.#timeline.lastOwn,
    });
    this.#people = new People(me.user);
    this.#rooms = new Rooms((room) => this.enter(room, true));
    this.#showMe();
    this.#showCounters();
    window.addEventListener('popstate', () => this.enter(roomInAddress()));
    document.addEventListener('visibilitychange', () => this.#onVisibility());
  }

  /**
   * @param {string} name name of the room
   * @param {boolean} [push] whether to add it to the browser's history
   */
  enter(name, push = false) {
    this.#drawers.close();
    if (this.#room?.name === name) {
      return;
    }
    if (push) {
      const address = new URL(location.href);
      address.searchParams.set('room', name);
      history.pushState(null, '', address);
    }
    this.#room?.leave();
    this.#presence?.leave();
    this.#unread = 0;
    byId('room-title', 'span').textContent = name;
    byId('text', 'textarea').placeholder = `Message #${name}`;
    this.#rooms.enter(name);
    this.#composer.clear();
    this.#people.clear();
    this.#showChat(name);
    this.#showPresence(name);
    this.#showTitle();
    this.#composer.focus();
  }

  /** @param {string} name */
  #showChat(name) {
    const room = this.#live.chat(name);
    this.#room = room;
    this.#timeline.show(room);
    let loaded = false;
    room.on('message', (message) => {
      this.#timeline.add(message);
      if (loaded && document.hidden && message.author !== this.#me.user) {
        this.#unread++;
        this.#showTitle();
      }
    });
    room.on('loaded', ({ older }) => {
      loaded = true;
      this.#timeline.loaded(older);
    });
    room.on('edited', ({ message, text, kind, data }) =>
      this.#timeline.change(message, {
        text,
        edited: true,
        ...(kind !== undefined && { kind }),
        ...(data !== undefined && { data }),
      }),
    );
    room.on('deleted', ({ message }) => this.#timeline.change(message, { text: '', deleted: true }));
    room.on('gap', () => this.#timeline.gap());
    room.on('error', (error) => this.#notice(error.message));
    const show = () => this.#connections.show('chat', room.state, room.transport);
    room.on('state', show);
    room.on('transport', show);
    show();
  }

  /** @param {string} name */
  #showPresence(name) {
    const presence = this.#live.presence(name);
    this.#presence = presence;
    presence.on('change', ({ online, typing }) => presence.isOpen && this.#people.show(online, typing));
    presence.on('state', (state) => this.#connections.show('presence', state));
    presence.on('error', (error) => this.#notice(error.message));
    this.#connections.show('presence', presence.state);
  }

  #showCounters() {
    const counters = this.#live.counters(COUNTERS);
    new Activity(counters);
    counters.on('change', ({ values }) => {
      this.#rooms.count(values);
      this.#connections.count(values);
    });
    counters.on('state', (state) => this.#connections.show('counters', state));
    counters.on('error', (error) => this.#notice(error.message));
  }

  /**
   * @param {string} text
   * @param {string} [id] id of an earlier attempt
   */
  async #send(text, id = crypto.getRandomValues(new Uint32Array(3)).join('-')) {
    const room = this.#room;
    const view = this.#timeline.addPending({ id, text, name: this.#me.name });
    try {
      await room?.post(text, { id });
    } catch (error) {
      if (this.#timeline.isPending(id)) {
        view?.setStatus('failed', `Not sent: ${error instanceof Error ? error.message : error}`, {
          retry: () => {
            this.#timeline.discard(id);
            this.#send(text, id);
          },
          discard: () => this.#timeline.discard(id),
        });
      }
    }
  }

  /** @param {Promise<unknown> | undefined} attempt */
  async #try(attempt) {
    try {
      await attempt;
    } catch (error) {
      if (!(error instanceof LivelineError)) {
        throw error;
      }
      this.#notice(error.message);
    }
  }

  /** @param {string} text */
  #notice(text) {
    const notice = byId('notice', 'p');
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (notice.hidden = true), NOTICE_MS);
  }

  #showMe() {
    byId('my-name', 'strong').textContent = this.#me.name;
    paintAvatar(byId('my-avatar', 'span'), this.#me);
    const change = byId('change-name', 'button');
    change.textContent = this.#me.token ? 'Sign out' : 'Change name';
    change.addEventListener('click', this.#me.token ? signOut : forgetName);
  }

  #onVisibility() {
    if (!document.hidden) {
      this.#unread = 0;
      this.#showTitle();
    }
  }

  #showTitle() {
    document.title = `${this.#unread ? `(${this.#unread}) ` : ''}#${this.#room?.name} · Liveline`;
  }
}

function roomInAddress() {
  return new URLSearchParams(location.search).get('room')?.trim() || 'lobby';
}

/** @returns {Promise<Record<string, string>>} the addresses of the services and their kind of authentication */
async function fetchServices() {
  const backoff = new Backoff(Math.random);
  for (;;) {
    try {
      return (await request(browser(), new URL('liveline.json', HERE).href)).body;
    } catch (error) {
      if (!(error instanceof LivelineError && error.isTransient)) {
        return {};
      }
      await new Promise((resolve) => setTimeout(resolve, backoff.next()));
    }
  }
}

/** @returns {Promise<Me>} */
async function identify() {
  const { auth, dashboard } = await fetchServices();
  if (auth !== 'jwt') {
    const name = await askName(roomInAddress(), new URL(dashboard ?? '', HERE).href);
    return { user: name, name };
  }
  const bearer = new Bearer(new URL(dashboard ?? '', HERE).href, roomInAddress());
  await bearer.get();
  return { ...bearer.person, token: () => bearer.get() };
}

const me = await identify();
byId('app').hidden = false;
new Page(me).enter(roomInAddress());
