/**
 * @typedef {object} StoredPost post that is not in the log yet
 * @property {string} id id of the message
 * @property {string} owner address of the service and account of the user
 * @property {string} tab id of the client that sends it
 * @property {string} room
 * @property {import('./room.js').Content} content
 * @property {string} [after] position in the log before which the message cannot be; undefined if it was not known
 * @property {number} at time of the post, ms since 1970, which also orders the posts
 */

/** Maximum number of stored posts in an origin; later ones are not stored. */
const MAX_POSTS = 500;

/** Posts of all tabs of an origin that are not in the log yet, in IndexedDB. */
export class PostStore {
  #factory;
  /** @type {Promise<IDBDatabase> | undefined} */ #database;

  /** @param {IDBFactory} factory */
  constructor(factory) {
    this.#factory = factory;
  }

  /** @returns {Promise<StoredPost[]>} all posts, in the order of their calls */
  async all() {
    /** @type {StoredPost[]} */
    const posts = await this.#run('readonly', (store) => store.getAll());
    return posts.sort((a, b) => a.at - b.at);
  }

  /** @param {StoredPost} post */
  async put(post) {
    await this.#run('readwrite', (store) => {
      const count = store.count();
      count.onsuccess = () => count.result < MAX_POSTS && store.put(post);
      return count;
    });
  }

  /** @param {string} id */
  async remove(id) {
    await this.#run('readwrite', (store) => store.delete(id));
  }

  /**
   * Makes a client the sender of the posts of others, unless another one was faster.
   *
   * @param {Set<string>} ended ids of clients that have ended
   * @param {string} tab
   */
  async adopt(ended, tab) {
    await this.#run('readwrite', (store) => {
      const posts = store.getAll();
      posts.onsuccess = () =>
        posts.result.filter((post) => ended.has(post.tab)).forEach((post) => store.put({ ...post, tab }));
      return posts;
    });
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} use
   * @returns {Promise<any>} result of the request, when the transaction is complete
   */
  async #run(mode, use) {
    this.#database ??= this.#open();
    const transaction = (await this.#database).transaction('posts', mode);
    return new Promise((resolve, reject) => {
      const request = use(transaction.objectStore('posts'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @returns {Promise<IDBDatabase>} */
  #open() {
    return new Promise((resolve, reject) => {
      const opening = this.#factory.open('liveline', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('posts', { keyPath: 'id' });
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        // The page, or another one, deletes the database.
        opening.result.onversionchange = () => opening.result.close();
        resolve(opening.result);
      };
    });
  }
}
