// uWebSockets as it is in Bun: a room is a topic, named in the path; what a member sends goes to all in its room.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    const room = new URL(request.url).pathname;
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
      socket.publish(socket.data.room, text);
    },
  },
});
console.log(`port ${server.port}`);
