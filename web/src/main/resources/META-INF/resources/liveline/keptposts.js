import { Backoff } from './backoff.js';
import { LivelineError, request, withQuery } from './http.js';

/**
 * @typedef {import('./client.js').Context} Context
 * @typedef {import('./poststore.js').StoredPost} StoredPost
 * @typedef {Pick<import('./poststore.js').PostStore, 'all' | 'put' | 'remove' | 'adopt'>} Posts
 */

/** Time for which a post is kept, ms. */
const KEPT_MS = 24 * 60 * 60_000;
/** Messages in one request that looks for a post in the log. */
const PAGE = 200;

/**
 * Posts of a client that are stored until they are settled. When their tab has ended, the next client of the same account
 * sends them. Each client holds a Web Lock until it is closed, and only posts of clients without one are taken over.
 */
export class KeptPosts {
  #context;
  #posts;
  #tab;
  /** Address of the service and account. @type {string | undefined} */ #owner;
  /** Posts that are not settled. @type {Map<string, StoredPost>} */ #unsettled = new Map();
  /** Posts of ended clients that this one sends. @type {Set<string>} */ #adopted = new Set();
  /** Last operation on the store: they run in the order of their calls. @type {Promise<unknown>} */
  #last = Promise.resolve();
  #at = 0;
  #isOpen = true;
  /** Releases the lock. @type {() => void} */ #release = () => {};

  /**
   * @param {Context} context
   * @param {Posts} posts
   */
  constructor(context, posts) {
    this.#context = context;
    this.#posts = posts;
    this.#tab = context.env.id();
    context.posting.add((room, post) => this.#keep(room, post));
    this.#do(() => this.#start());
  }

  close() {
    this.#isOpen = false;
    this.#release();
  }

  /**
   * Runs an operation on the store after the ones before it. After a failure nothing is kept any more: the browser
   * forbids storage or locks to this page, or its disk is full.
   *
   * @param {() => Promise<unknown>} operation
   */
  #do(operation) {
    this.#last = this.#last.then(operation);
    this.#last.catch(() => (this.#owner = undefined));
  }

  async #start() {
    await this.#lock();
    const account = await this.#persist(() => this.#context.account());
    if (account === undefined) {
      return;
    }
    this.#owner = `${this.#context.base()} ${account}`;
    this.#unsettled.forEach((post) => this.#put(post));
    const adopted = await this.#adopt();
    // The posts of a room go one after the other, in their order.
    for (const room of new Set(adopted.map((post) => post.room))) {
      this.#sendAll(adopted.filter((post) => post.room === room));
    }
  }

  /** Takes the lock of this client, which tells the others that it lives. */
  #lock() {
    return new Promise((resolve, reject) => {
      this.#context.env.locks
        ?.request(lockOf(this.#tab), {}, () => {
          resolve(undefined);
          return new Promise((release) => (this.#release = () => release(undefined)));
        })
        .catch(reject);
    });
  }

  /**
   * Stores a post until it is settled.
   *
   * @param {string} room
   * @param {import('./joinedroom.js').Posted} posted
   */
  #keep(room, { id, content, after, sent }) {
    if (!this.#adopted.has(id)) {
      this.#at = Math.max(this.#at + 1, this.#context.env.now());
      const post = { id, owner: '', tab: this.#tab, room, content, after, at: this.#at };
      this.#unsettled.set(id, post);
      this.#put(post);
    }
    sent.then(
      () => this.#remove(id),
      // The page that wrote an adopted post is gone, so it stays when this client is closed.
      ({ code }) => (code === 'left' && this.#adopted.has(id)) || this.#remove(id),
    );
  }

  /** @param {StoredPost} post */
  #put(post) {
    const owner = this.#owner;
    if (owner !== undefined) {
      // As it is sent: IndexedDB takes no functions, which JSON leaves out.
      this.#do(() => this.#posts.put({ ...post, owner, content: JSON.parse(JSON.stringify(post.content)) }));
    }
  }

  /** @param {string} id */
  #remove(id) {
    this.#unsettled.delete(id);
    if (this.#owner !== undefined) {
      this.#do(() => this.#posts.remove(id));
    }
  }

  /** Takes over the posts of clients that have ended. */
  async #adopt() {
    const mine = (await this.#posts.all()).filter(({ owner }) => owner === this.#owner);
    const ended = new Set();
    for (const tab of new Set(mine.map((post) => post.tab))) {
      if (await this.#context.env.locks?.request(lockOf(tab), { ifAvailable: true }, async (lock) => lock !== null)) {
        ended.add(tab);
      }
    }
    await this.#posts.adopt(ended, this.#tab);
    const adopted = (await this.#posts.all()).filter(({ id, tab }) => tab === this.#tab && !this.#unsettled.has(id));
    adopted.forEach(({ id }) => this.#adopted.add(id));
    return adopted;
  }

  /** @param {StoredPost[]} posts */
  async #sendAll(posts) {
    for (const post of posts) {
      try {
        await this.#send(post);
      } catch (error) {
        if (this.#isOpen) {
          this.#context.report(/** @type {LivelineError} */ (error));
        }
      }
    }
  }

  /** @param {StoredPost} post */
  async #send({ id, room, content, after, at }) {
    const isInLog = await this.#persist(() => this.#isInLog(room, id, after));
    const isOld = Math.abs(this.#context.env.now() - at) > KEPT_MS;
    if (isInLog || isInLog === undefined || isOld) {
      this.#remove(id);
    }
    if (!isInLog && (isInLog === undefined || isOld)) {
      throw new LivelineError('uncertain', `A message of an earlier visit to ${room} was not sent: it is too old`);
    }
    if (!isInLog && this.#isOpen) {
      const handle = /** @type {import('./room.js').Room} */ (this.#context.open?.(room));
      await handle.post(content, { id }).finally(() => handle.leave());
    }
  }

  /**
   * Looks for a post in the log: its tab may have ended after the server had it, and before the answer.
   *
   * @param {string} room
   * @param {string} id
   * @param {string | undefined} after
   * @returns {Promise<boolean | undefined>} undefined if the log does not reach back far enough to tell
   */
  async #isInLog(room, id, after) {
    const { env, name, where } = this.#context;
    const address = `${await where('chat')()}/rooms/${encodeURIComponent(room)}/messages`;
    for (let cursor = after; ; ) {
      const { body } = await request(env, withQuery(address, { after: cursor, limit: PAGE, name }));
      if (body.messages.some((/** @type {{id: string}} */ message) => message.id === id)) {
        return true;
      }
      if (!body.complete) {
        return undefined;
      }
      // Without a position it was not sent before the room was loaded, so at most a moment before its tab ended.
      if (after === undefined || !body.more || body.cursor === cursor) {
        return false;
      }
      cursor = body.cursor;
    }
  }

  /**
   * Repeats an attempt while its failure may pass.
   *
   * @template Result
   * @param {() => Promise<Result>} attempt
   * @returns {Promise<Result>}
   */
  async #persist(attempt) {
    const { env } = this.#context;
    const backoff = new Backoff(env.random);
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const { isTransient, retryAfterMs } = /** @type {LivelineError} */ (error);
        if (!isTransient || !this.#isOpen) {
          throw error;
        }
        const wait = Math.max(backoff.next(), retryAfterMs ?? 0);
        await new Promise((resolve) => env.after(() => resolve(undefined), wait));
        if (!this.#isOpen) {
          throw error;
        }
      }
    }
  }
}

/** @param {string} tab */
function lockOf(tab) {
  return `liveline posts ${tab}`;
}
