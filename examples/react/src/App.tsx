import { useEffect, useState } from 'react';
import { Banner } from './Banner';
import { Chat } from './Chat';
import { Counters } from './Counters';
import { People } from './People';

const ROOMS = ['orders', 'kitchen', 'floor'];

/** Page of one room, which the address names after `#`. */
export function App() {
  const room = useRoute();
  return (
    <>
      <header>
        <h1>Kitchen pass</h1>
        <nav aria-label="Rooms">
          {ROOMS.map((name) => (
            <a key={name} href={`#${name}`} aria-current={name === room ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <Counters />
      </header>
      <Banner />
      <main>
        <Chat key={room} room={room} />
        <People key={`people in ${room}`} room={room} />
      </main>
    </>
  );
}

function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = () => setHash(location.hash);
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  const name = hash.slice(1);
  return ROOMS.includes(name) ? name : 'orders';
}
