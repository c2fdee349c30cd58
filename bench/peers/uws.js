// uWebSockets as it is in Bun: a room is a topic, named in the path; what a member sends goes to all in its room.
// With the address of a Redis as its argument, it goes to the members at all replicas on that Redis.
import { RedisClient } from 'bun';

const address = process.argv[2];
const redis = address && new RedisClient(address);
const listening = address && new RedisClient(address);
const subscribed = new Map();

/** Done when Redis tells this process what is said in the room: who was let in before would miss the first messages. */
function enter(room) {
  if (!subscribed.has(room)) {
    subscribed.set(room, listening.subscribe(room, (text) => server.publish(room, text)));
  }
  return subscribed.get(room);
}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request, server) {
    const room = new URL(request.url).pathname;
    if (request.method === 'POST') {
      const text = await request.text();
      if (redis) {
        await redis.publish(room, text);
      } else {
        server.publish(room, text);
      }
      return new Response('', { status: 201 });
    }
    if (redis) {
      await enter(room);
    }
    return server.upgrade(request, { data: { room } }) ? undefined : new Response('', { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    publishToSelf: true,
    idleTimeout: 120,
    sendPings: true,
    // A burst for a member that is behind is kept, as Liveline keeps it.
    backpressureLimit: 16 * 1024 * 1024,
    open(socket) {
      socket.subscribe(socket.data.room);
    },
    message(socket, text) {
      if (redis) {
        redis.publish(socket.data.room, text);
      } else {
        socket.publish(socket.data.room, text);
      }
    },
  },
});
console.log(`port ${server.port}`);
// A generator that was killed cannot end it.
setTimeout(() => process.exit(1), 1_800_000);
