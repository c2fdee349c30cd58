// Calls every operation with the TypeScript client of OpenAPI Generator, and prints the name of the operation.
import { ChatApi, Configuration, CountersApi, PresenceApi, State } from './index';

declare const process: { env: Record<string, string>; exit(status: number): never };

const configuration = new Configuration({
  basePath: process.env.LIVELINE_URL,
  accessToken: process.env.LIVELINE_TOKEN,
});
const key = () => crypto.randomUUID();
const said = (operation: string, asExpected = true) => {
  if (!asExpected) throw new Error(operation);
  console.log(operation);
};

async function callAll() {
  const chat = new ChatApi(configuration);
  const room = 'typescript';
  const { cursor: message } = await chat.postMessage({ room, idempotencyKey: key(), text: { text: 'hello' } });
  said('postMessage', message !== undefined);
  await chat.editMessage({ room, message, text: { text: 'hello again' } });
  said('editMessage', (await chat.readMessages({ room, limit: 10 })).messages[0].text === 'hello again');
  said('readMessages', !(await chat.readMessages({ room, before: message, prefer: 'wait=1' })).more);
  said('deleteMessage', (await chat.deleteMessage({ room, message })).message === message);

  const counters = new CountersApi(configuration);
  const name = 'typescript.a';
  said('setCounter', (await counters.setCounter({ name, setting: { value: 7 } })).value === 7);
  const one = await counters.incrementCounter({ name, idempotencyKey: key(), increment: { by: 3 } });
  said('incrementCounter', one.value === 10);
  const many = await counters.incrementCounters({ idempotencyKey: key(), increments: { increments: { [name]: 1 } } });
  said('incrementCounters', many.counters[name].value === 11);
  const names = ['typescript.*'];
  said('readCounters', Object.keys((await counters.readCounters({ names })).counters).length === 1);
  said('readHistory', (await counters.readHistory({ name })).points.length > 0);
  const reader = (await counters.streamCountersRaw({ names, rate: 1 })).raw.body!.getReader();
  let text = '';
  while (!/^data:.*\n/m.test(text)) text += new TextDecoder().decode((await reader.read()).value);
  said('streamCounters', text.includes(name));
  await reader.cancel();

  const presence = new PresenceApi(configuration);
  await presence.heartbeat({ room, tab: 'tab', heartbeat: { state: State.Away } });
  said('heartbeat');
  await presence.heartbeats({ heartbeats: { rooms: [room, 'typescript-2'], state: State.Active }, tab: 'tab' });
  said('heartbeats');
  await presence.startTyping({ room });
  said('startTyping');
  said('readPresence', (await presence.readPresence({ room })).online[0].user === 'u-1');
  await presence.stopTyping({ room });
  said('stopTyping');
  await presence.leave({ room, tab: 'tab' });
  said('leave');
}

callAll().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
