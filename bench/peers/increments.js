// Counters by hand: increments over HTTP on Redis, exactly once for each key, by the very scripts of the dashboard service.
// Its limits are the defaults of the service. Arguments: the address of the Redis, the root of the sources.
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const Redis = require(process.env.PEERS + '/node_modules/ioredis');

const [address, home] = process.argv.slice(2);
const redis = new Redis(address);
const keys = ['head', 'log', 'values', 'versions', 'done'].map((key) => `ll:{counters}:${key}`);
const script = ['event-bus/src/main/resources/io/liveline/bus/redis/command/append.lua', 'dashboard-service/src/main/resources/io/liveline/dashboard/store/write.lua']
  .map((file) => readFileSync(`${home}/${file}`, 'utf8'))
  .join('\n');
redis.defineCommand('increment', { numberOfKeys: keys.length + 1, lua: script });

const http = createServer((request, response) => {
  const name = request.url.split('/')[2];
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', async () => {
    const { by } = JSON.parse(body);
    const key = request.headers['idempotency-key'];
    const [[said, , value, version]] = await redis.increment(...keys, `ll:{counters}:done:${key}`, 'll:{counters}', 'epoch1', 1000, 86400000,
      604800000, 'PLAIN', 'ADD', 600000, 20000, 4000000, `ADD${name}${by}`, 1, name, by);
    const answer = JSON.stringify({ name, value: Number(value), version });
    response.writeHead(said === 'OK' ? 200 : 503, { 'Content-Type': 'application/json', 'Content-Length': answer.length }).end(answer);
  });
});
http.keepAliveTimeout = 600_000;
http.listen(0, '127.0.0.1', () => console.log(`port ${http.address().port}`));
setTimeout(() => process.exit(1), 1_800_000);
