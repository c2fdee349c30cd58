import { byId, element } from './dom.js';
import { MessageView } from './message.js';
import { dayName, dayOf } from './words.js';

/**
 * @typedef {import('../liveline.js').Message} Message
 * @typedef {import('../liveline.js').Room} Room
 */

/** Time within which messages of one author form a group, ms. */
const GROUP_MS = 5 * 60_000;
/** Maximum number of messages in the page while its end is visible. */
const MAX_VIEWS = 400;
/** Distance within which the view counts as being at an edge, px. */
const NEAR = 80;

/** View of the conversation: messages in the log's order, then the user's messages that are not in the log yet. */
export class Timeline {
  #box = byId('timeline');
  #messages = byId('messages');
  #pending = byId('pending');
  #older = byId('load-older', 'button');
  #beginning = byId('beginning');
  #jump = byId('jump', 'button');
  #user;
  #actions;
  /** @type {MessageView[]} */ #views = [];
  /** @type {Map<string, MessageView>} */ #byCursor = new Map();
  /** @type {Map<string, MessageView>} */ #pendingViews = new Map();
  /** @type {Room | undefined} */ #room;
  #hasOlder = false;
  #loading = false;
  #atEnd = true;
  #unseen = 0;
  #isScrollRequested = false;

  /**
   * @param {string} user id of the user
   * @param {import('./message.js').Actions} actions
   */
  constructor(user, actions) {
    this.#user = user;
    this.#actions = actions;
    this.#box.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    this.#older.addEventListener('click', () => this.#loadOlder());
    this.#jump.addEventListener('click', () => this.toEnd());
    // Keep the end visible when the keyboard of a phone or a longer draft makes the view smaller.
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.#box);
  }

  /** Returns the user's newest message that can be edited. */
  get lastOwn() {
    return this.#views.findLast((view) => view.own && !view.message.deleted)?.message;
  }

  /** @param {Room} room */
  show(room) {
    this.#room = room;
    this.#views = [];
    this.#byCursor.clear();
    this.#pendingViews.clear();
    this.#messages.replaceChildren();
    this.#pending.replaceChildren();
    this.#messages.setAttribute('aria-busy', 'true');
    this.#setOlder(false);
    this.#beginning.hidden = true;
    this.toEnd();
  }

  /** @param {boolean} older whether the log has older messages */
  loaded(older) {
    this.#setOlder(older);
    this.#messages.setAttribute('aria-busy', 'false');
    this.toEnd();
  }

  /** @param {Message} message next message of the log */
  add(message) {
    const own = message.author === this.#user;
    const view = this.#pendingViews.get(message.id) ?? new MessageView(message, own, this.#actions);
    const wasPending = this.#pendingViews.delete(message.id);
    view.message = message;
    view.setStatus('');
    view.show();
    this.#views.push(view);
    this.#byCursor.set(message.cursor, view);
    if (this.#views.length === 1) {
      this.#nameBeginning();
    }
    this.#messages.append(...this.#separator(this.#views.at(-2), view), view.node);
    this.#removeOld();
    if (this.#atEnd || wasPending) {
      this.#scrollSoon();
    } else if (!own) {
      this.#unseen++;
      this.#showJump();
    }
  }

  /**
   * @param {string} cursor
   * @param {Partial<Message>} change
   */
  change(cursor, change) {
    const view = this.#byCursor.get(cursor);
    if (view) {
      view.message = { ...view.message, ...change };
      view.show();
    }
  }

  /** Marks a place where messages are missing. */
  gap() {
    if (this.#views.length > 0) {
      this.#messages.append(element('div', { class: 'day lost' }, 'Some messages may be missing here'));
    }
  }

  /**
   * Shows a message of the user before the log has it.
   *
   * @param {{id: string, text: string, name: string}} draft
   * @returns {MessageView | undefined}
   */
  addPending({ id, text, name }) {
    const message = { cursor: '', time: Date.now(), room: '', id, author: this.#user, name, text };
    const view = new MessageView(message, true, this.#actions);
    view.setFirst(this.#pendingViews.size === 0 && this.#startsGroup(this.#views.at(-1), view));
    view.setStatus('sending');
    this.#pendingViews.set(id, view);
    this.#pending.append(view.node);
    this.toEnd();
    return view;
  }

  /** @param {string} id */
  discard(id) {
    this.#pendingViews.get(id)?.node.remove();
    this.#pendingViews.delete(id);
  }

  /** @param {string} id */
  isPending(id) {
    return this.#pendingViews.has(id);
  }

  /** Scrolls to the newest message. */
  toEnd() {
    this.#atEnd = true;
    this.#unseen = 0;
    this.#showJump();
    this.#scrollSoon();
  }

  #scrollSoon() {
    if (!this.#isScrollRequested) {
      this.#isScrollRequested = true;
      requestAnimationFrame(() => {
        this.#isScrollRequested = false;
        this.#box.scrollTop = this.#box.scrollHeight;
      });
    }
  }

  #onScroll() {
    this.#atEnd = this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < NEAR;
    if (this.#atEnd) {
      this.#unseen = 0;
      this.#showJump();
    } else if (this.#box.scrollTop < NEAR) {
      this.#loadOlder();
    }
  }

  #showJump() {
    this.#jump.hidden = this.#unseen === 0;
    this.#jump.textContent = this.#unseen === 1 ? '1 new message ↓' : `${this.#unseen} new messages ↓`;
  }

  async #loadOlder() {
    const room = this.#room;
    const first = this.#views[0];
    if (!room || !first || !this.#hasOlder || this.#loading) {
      return;
    }
    this.#loading = true;
    this.#messages.setAttribute('aria-busy', 'true');
    try {
      const { messages, older } = await room.history({ before: first.message.cursor });
      if (room === this.#room && first === this.#views[0]) {
        this.#prepend(messages);
        this.#setOlder(older);
      }
    } catch {
      // The button and the next scroll retry; the state of the connection shows the reason.
    } finally {
      this.#loading = false;
      this.#messages.setAttribute('aria-busy', 'false');
    }
  }

  /** @param {Message[]} messages */
  #prepend(messages) {
    const views = messages.map((message) => new MessageView(message, message.author === this.#user, this.#actions));
    const before = this.#box.scrollHeight - this.#box.scrollTop;
    const first = this.#messages.firstElementChild;
    const nodes = views.flatMap((view, index) => [...this.#separator(views[index - 1], view), view.node]);
    views.forEach((view) => this.#byCursor.set(view.message.cursor, view));
    if (first?.classList.contains('day')) {
      first.remove();
    }
    const seam = this.#views[0];
    this.#messages.prepend(...nodes);
    seam.node.before(...this.#separator(views.at(-1), seam));
    this.#views = [...views, ...this.#views];
    this.#box.scrollTop = this.#box.scrollHeight - before;
  }

  /** @param {boolean} older */
  #setOlder(older) {
    this.#hasOlder = older;
    this.#older.hidden = !older;
    this.#beginning.hidden = older || !this.#room;
    this.#nameBeginning();
  }

  #nameBeginning() {
    this.#beginning.textContent =
      this.#views.length === 0 ? 'Nobody has said anything here yet.' : 'This is where it begins.';
  }

  /** Removes the oldest messages while the end is visible. They can be loaded again. */
  #removeOld() {
    if (this.#views.length > MAX_VIEWS && this.#atEnd) {
      const kept = this.#views.slice(-MAX_VIEWS / 2);
      for (const view of this.#views.slice(0, -MAX_VIEWS / 2)) {
        this.#byCursor.delete(view.message.cursor);
      }
      while (this.#messages.firstChild && this.#messages.firstChild !== kept[0].node) {
        this.#messages.firstChild.remove();
      }
      this.#views = kept;
      kept[0].node.before(...this.#separator(undefined, kept[0]));
      this.#setOlder(true);
    }
  }

  /**
   * Returns the separator between two days, if any, and updates whether the later message starts a group.
   *
   * @param {MessageView | undefined} earlier
   * @param {MessageView} later
   */
  #separator(earlier, later) {
    later.setFirst(this.#startsGroup(earlier, later));
    const { time } = later.message;
    if (earlier && dayOf(earlier.message.time) === dayOf(time)) {
      return [];
    }
    return [
      element('div', { class: 'day' }, element('time', { datetime: new Date(time).toISOString() }, dayName(time))),
    ];
  }

  /**
   * @param {MessageView | undefined} earlier
   * @param {MessageView} later
   */
  #startsGroup(earlier, later) {
    const [a, b] = [earlier?.message, later.message];
    return !a || a.author !== b.author || b.time - a.time > GROUP_MS || dayOf(a.time) !== dayOf(b.time);
  }
}
