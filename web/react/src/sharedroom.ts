import type { Liveline, LivelineError, Room } from '@liveline/client';
import type { Content, PendingMessage } from './index.js';
import { Shared } from './shared.js';

const EVENTS = ['message', 'edited', 'deleted', 'loaded', 'older', 'gap', 'members', 'state', 'transport', 'error'];

/** Room that components share, with the messages that they have sent and that it does not show yet. */
export class SharedRoom extends Shared<Room> {
  pending: readonly PendingMessage[] = [];
  /** Ids of messages that the log has. The room shows them soon. */
  readonly #sent = new Set<string>();

  constructor(all: Map<string, unknown>, key: string, client: Pick<Liveline, 'chat'>, name: string) {
    super(
      all,
      key,
      () => client.chat(name),
      EVENTS,
      (room) => room.leave(),
    );
  }

  /** Posts a message. Returns whether the log has it; if not, it stays in {@link pending} with the reason. */
  send(content: Content, id = newId()): Promise<boolean> {
    const text = typeof content === 'string' ? content : (content.text ?? '');
    const note = (error?: LivelineError) => {
      const message = { id, content, text, error, retry: () => this.send(content, id), discard: () => this.#remove(id) };
      this.pending = [...this.pending.filter((known) => known.id !== id), message];
      this.changed();
    };
    note();
    return this.use((room) => room.post(content, { id })).then(
      () => {
        this.#sent.add(id);
        this.changed();
        return true;
      },
      (error: LivelineError) => {
        note(error);
        return false;
      },
    );
  }

  override changed() {
    if (this.#sent.size > 0) {
      const shown = new Set(this.handle?.messages.map(({ id }) => id));
      [...this.#sent].filter((id) => shown.has(id)).forEach((id) => this.#forget(id));
    }
    super.changed();
  }

  #remove(id: string) {
    this.#forget(id);
    this.changed();
  }

  #forget(id: string) {
    this.#sent.delete(id);
    this.pending = this.pending.filter((message) => message.id !== id);
  }
}

/** Not crypto.randomUUID(): browsers offer it on https and localhost only. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
