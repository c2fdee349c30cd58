import { usePresence } from '@liveline/react';

/** People in a room. */
export function People({ room }: { room: string }) {
  const { online } = usePresence(room);
  return (
    <aside aria-label="People">
      <h2>Here now</h2>
      <ul>
        {online.map(({ user, name, state }) => (
          <li key={user} className={state}>
            {name}
            {state === 'away' && <small> away</small>}
          </li>
        ))}
      </ul>
    </aside>
  );
}
