// Bot in Node (20 or newer): `served 12` in the room `orders` adds one to the counter `orders.served`, and the bot answers.
import { connect } from '@liveline/client';

const live = connect({ name: 'bot', at: process.env.LIVELINE_URL ?? 'http://localhost:8080' });
live.on('state', ({ state, reason }) => console.log(reason ? `${state}: ${reason}` : state));

const room = live.chat('orders');
const counters = live.counters(['orders.served']);
// What the room already held when the bot came was answered by the one before it.
let isNew = false;
room.on('loaded', () => (isNew = true));
room.on('message', async ({ text, name }) => {
  const [, order] = text.match(/^served (\d+)$/) ?? [];
  if (isNew && order) {
    await counters.increment('orders.served');
    await room.post(`Order ${order} is done. Thank you, ${name}!`);
  }
});

process.once('SIGINT', () => live.close());
process.once('SIGTERM', () => live.close());
