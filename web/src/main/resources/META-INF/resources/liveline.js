import { Chat } from './liveline/chat.js';
import { Client } from './liveline/client.js';
import { Counters } from './liveline/counters.js';
import { LivelineError } from './liveline/http.js';
import { Fallback } from './liveline/fallback.js';
import { KeptPosts } from './liveline/keptposts.js';
import { PostStore } from './liveline/poststore.js';
import { Presence } from './liveline/presence.js';

export { LivelineError };

/** @typedef {import('./liveline/client.js').Context} Context */

/**
 * Feature of a client: chat rooms, over WebSocket.
 *
 * @param {Context} context
 */
export function chat(context) {
  const { env, where, name, token, posting, states, changed, closing } = context;
  /** @type {import('./liveline/joinedroom.js').RoomContext['posting']} */
  const onPost = (room, posted) => posting.forEach((listener) => listener(room, posted));
  /** @type {NonNullable<Context['fallback']>} */
  const others = (best, open) => context.fallback?.(best, open);
  const rooms = new Chat(env, where('chat'), name, token, onPost, others, changed);
  context.open = (room) => rooms.room(room);
  states.add(() => [rooms.state]);
  closing.add(() => rooms.close());
  return {
    /**
     * Returns a handle of a chat room. All handles of a room share one subscription; each is left by itself.
     *
     * @param {string} room
     */
    chat: context.open,
  };
}

/**
 * Feature of a client: chat over SSE or long-poll where a WebSocket does not get through.
 *
 * @param {Context} context
 */
export function fallback(context) {
  context.fallback = (best, open) => new Fallback(context.env, best, open);
  return {};
}

/**
 * Feature of a client: messages that were posted and are not in the log yet survive the end of their tab, in IndexedDB,
 * for a day. It comes after `chat`. The next client with the same address and account sends them, once. Where the browser has or allows no
 * IndexedDB or no Web Locks, nothing is kept.
 *
 * @param {Context} context
 * @param {import('./liveline/keptposts.js').Posts} [posts] store, for tests
 */
export function outbox(context, posts = globalThis.indexedDB && new PostStore(indexedDB)) {
  if (posts && context.open && context.env.locks) {
    const kept = new KeptPosts(context, posts);
    context.closing.add(() => kept.close());
  }
  return {};
}

/**
 * Feature of a client: counters.
 *
 * @param {Context} context
 */
export function counters({ env, where, account, states, changed, closing }) {
  /** @type {Set<Counters>} */
  const all = new Set();
  states.add(() => [...all].map(({ state }) => state));
  closing.add(() => all.forEach((one) => one.close()));
  return {
    /**
     * Subscribes to counters.
     *
     * @param {string[]} [names] exact names, or prefixes that end in `*`; empty: all counters
     * @param {{bigint?: boolean}} [options] bigint: whether values are bigints, which hold any value of a counter
     */
    counters(names = [], { bigint } = {}) {
      const opened = new Counters(env, where('dashboard'), names, account, bigint);
      all.forEach((known) => known.state === 'closed' && all.delete(known));
      all.add(opened);
      opened.on('state', changed);
      changed();
      return opened;
    },
  };
}

/**
 * Feature of a client: people in rooms.
 *
 * @param {Context} context
 */
export function presence({ env, where, name, account, posting, states, changed, closing }) {
  /** @type {Set<Presence>} */
  const all = new Set();
  states.add(() => [...all].map(({ state }) => state));
  closing.add(() => all.forEach((one) => one.leave()));
  // A post ends typing on the server, so the next key must report it again at once.
  posting.add((room) => all.forEach((one) => one.room === room && one.stopTyping()));
  return {
    /**
     * Returns a handle of the people in a room. The user is there until the last handle, tab and device has left.
     *
     * @param {string} room
     */
    presence(room) {
      const opened = new Presence(env, where('presence'), room, name, account);
      all.forEach((known) => known.isOpen || all.delete(known));
      all.add(opened);
      opened.on('state', changed);
      changed();
      return opened;
    },
  };
}

/**
 * Creates a client with some features. A bundler leaves out the others. It opens no connection before a feature is used.
 *
 * @param {import('./liveline/client.js').Options} options
 * @param {...((context: Context) => object)} features
 * @returns {any} typed in `liveline.d.ts`
 */
export function createClient(options, ...features) {
  return new Client(options, features);
}

/**
 * Creates a client with all features except `outbox`. It opens no connection before a feature is used.
 *
 * @param {import('./liveline/client.js').Options} options
 * @returns {import('./liveline.js').Liveline}
 */
export function connect(options) {
  return createClient(options, chat, fallback, counters, presence);
}
