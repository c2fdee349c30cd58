// Socket.IO: a room is a room of it, named in the query; what a member sends goes to all in its room.
// With the address of a Redis as its argument, it goes to the members at all replicas on that Redis.
// A POST to /room/<name> goes to the room too.
const { createServer } = require('node:http');
const modules = process.env.PEERS + '/node_modules/';
const { Server } = require(modules + 'socket.io');

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
const address = process.argv[2];
if (address) {
  const Redis = require(modules + 'ioredis');
  const { createAdapter } = require(modules + '@socket.io/redis-adapter');
  io.adapter(createAdapter(new Redis(address), new Redis(address)));
}
io.on('connection', (socket) => {
  const room = socket.handshake.query.room;
  socket.join(room);
  socket.on('m', (message) => io.to(room).emit('m', message));
});
http.on('request', (request, response) => {
  if (!request.url.startsWith('/room/')) {
    return;
  }
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    io.to(request.url.slice('/room/'.length)).emit('m', JSON.parse(body));
    response.writeHead(201, { 'Content-Length': 0 }).end();
  });
});
http.listen(0, '127.0.0.1', 4096, () => console.log(`port ${http.address().port}`));
// A generator that was killed cannot end it.
setTimeout(() => process.exit(1), 1_800_000);
