/** Chat service with one room, as `docs/protocol.md` describes it, without a network. */
export class PlayedServer {
  /** Events of the room's log. Messages have their current text. */
  log = [];
  /** Offset up to which the log is trimmed. */
  trimmed = 0;
  /** Text of each message before its edits, by cursor. */
  original = new Map();
  /** Users who may not be in the room. */
  forbidden = new Set();
  #clock;
  /** Cursor of the first event, by author and id of a post or a change. */
  #known = new Map();
  /** Functions that deliver an event to one member. */
  #members = new Set();
  #parked = new Set();

  constructor(clock) {
    this.#clock = clock;
  }

  get end() {
    return `e1-${this.log.length}`;
  }

  /** Applies a post, an edit or a delete once for each author and id. Returns its cursor; throws a problem. */
  apply(user, { type, id, message, text }) {
    this.#check(user);
    const key = `${user} ${id}`;
    if (!this.#known.has(key)) {
      this.#known.set(key, type === 'post' ? this.#post(user, id, text) : this.#change(user, { type, id, message, text }));
    }
    return this.#known.get(key);
  }

  #post(user, id, text) {
    const cursor = this.#append({ type: 'message', id, author: user, name: user, text });
    this.original.set(cursor, text);
    return cursor;
  }

  #change(user, { type, id, message, text }) {
    const original = this.log[Number(message.split('-')[1]) - 1];
    if (original.deleted) {
      throw problem(409, 'deleted');
    }
    original.text = text ?? '';
    original[type === 'edit' ? 'edited' : 'deleted'] = true;
    const event = { type: type === 'edit' ? 'edited' : 'deleted', id, message, author: user, name: user };
    return this.#append(type === 'edit' ? { ...event, text } : event);
  }

  #append(event) {
    const full = { ...event, room: 'lobby', cursor: `e1-${this.log.length + 1}`, time: this.#clock.time };
    this.log.push(full);
    [...this.#members].forEach((deliver) => deliver({ ...full }));
    [...this.#parked].forEach((answer) => answer());
    return full.cursor;
  }

  /** Joins: delivers `joined`, the events after the cursor, and then each event. Returns a function that leaves. */
  join(user, after, deliver) {
    this.#check(user);
    const { complete, messages } = this.page({ after });
    const cursor = complete ? after : this.end;
    deliver({ type: 'joined', room: 'lobby', cursor, recovered: complete, members: [], heartbeat_ms: 25_000 });
    if (complete) {
      messages.forEach(deliver);
    }
    this.#members.add(deliver);
    return () => this.#members.delete(deliver);
  }

  /** Returns a page of the log. */
  page({ after, limit = 1_000 }) {
    if (after === undefined) {
      const messages = this.log.slice(this.trimmed).filter(({ type }) => type === 'message');
      const newest = messages.slice(-limit).map((message) => ({ ...message }));
      return { messages: newest, cursor: this.end, complete: true, more: messages.length > limit };
    }
    const offset = Number(after.split('-')[1]);
    const complete = offset >= this.trimmed;
    const rest = this.log.slice(complete ? offset : this.trimmed).map((event) => ({ ...event }));
    const messages = rest.slice(0, limit);
    return { messages, cursor: messages.at(-1)?.cursor ?? this.end, complete, more: rest.length > limit };
  }

  /** Calls the function with the next event, or when the time is over. */
  park(ms, answer) {
    const once = () => {
      this.#clock.never(timer);
      this.#parked.delete(once);
      answer();
    };
    const timer = this.#clock.after(ms, once);
    this.#parked.add(once);
  }

  #check(user) {
    if (this.forbidden.has(user)) {
      throw problem(403, 'forbidden');
    }
  }
}

export const problem = (status, code, more = {}) => Object.assign(new Error(code), { status, code, ...more });
