import type { Message } from '@liveline/client';
import { useMessages, useSend, useTyping, type PendingMessage } from '@liveline/react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { me } from './live';

/** Messages of a room, and a field to post one. */
export function Chat({ room }: { room: string }) {
  const { messages, hasOlder, isLoading, loadOlder, error } = useMessages(room);
  const { send, remove, pending } = useSend(room);
  const end = useRef<HTMLLIElement>(null);
  const newest = messages.at(-1)?.cursor;
  useEffect(() => {
    void end.current?.scrollIntoView({ block: 'end' });
  }, [newest, pending.length]);

  return (
    <section className="chat" aria-label={`Messages in ${room}`}>
      <ol tabIndex={0} aria-label="Messages">
        {hasOlder && (
          <li className="older">
            <button type="button" disabled={isLoading} onClick={() => loadOlder()}>
              Older messages
            </button>
          </li>
        )}
        {messages.map((message) => (
          <Line key={message.cursor} message={message} onDelete={() => remove(message.cursor)} />
        ))}
        {pending.map((message) => (
          <Pending key={message.id} message={message} />
        ))}
        <li ref={end} className="end" aria-hidden="true" />
      </ol>
      {error && <p role="alert">You cannot be in this room: {error.message}</p>}
      <Composer room={room} send={send} />
    </section>
  );
}

function Line({ message, onDelete }: { message: Message; onDelete(): void }) {
  const { name, time, text, edited, deleted } = message;
  const isMine = name === me;
  return (
    <li className={isMine ? 'mine' : undefined}>
      <small>
        {name} <time>{new Date(time).toLocaleTimeString([], { timeStyle: 'short' })}</time> {edited && 'edited'}
      </small>
      <p>{deleted ? <i>deleted</i> : text}</p>
      {isMine && !deleted && (
        <button type="button" className="delete" aria-label={`Delete "${text}"`} onClick={onDelete}>
          ×
        </button>
      )}
    </li>
  );
}

function Pending({ message: { text, error, retry, discard } }: { message: PendingMessage }) {
  return (
    <li className="mine pending">
      <small>{error ? `Not sent: ${error.message}` : 'Sending…'}</small>
      <p>{text}</p>
      {error && (
        <span>
          <button type="button" onClick={() => retry()}>
            Try again
          </button>
          <button type="button" onClick={discard}>
            Discard
          </button>
        </span>
      )}
    </li>
  );
}

function Composer({ room, send }: { room: string; send(text: string): Promise<boolean> }) {
  const { typists, typing, stopTyping } = useTyping(room);
  const [text, setText] = useState('');
  const others = typists.filter(({ name }) => name !== me).map(({ name }) => name);

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) {
      void send(text);
      setText('');
    }
  }

  return (
    <form onSubmit={onSubmit}>
      <p className="typists" role="status">
        {others.length > 0 && `${others.join(', ')} ${others.length === 1 ? 'is' : 'are'} typing…`}
      </p>
      <input
        aria-label={`Message to ${room}`}
        placeholder={`Message to ${room}`}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          (target.value ? typing : stopTyping)();
        }}
      />
      <button disabled={!text.trim()}>Send</button>
    </form>
  );
}
