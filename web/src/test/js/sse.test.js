import assert from 'node:assert/strict';
import { test } from 'node:test';

import { StreamParser } from '../../main/resources/META-INF/resources/liveline/sse.js';

const STREAM =
  ': hello\r\nretry: 100\r\n\r\nid: c-1\r\nevent: snapshot\r\ndata: {"a":\r\ndata: 1}\r\n\r\n' +
  'data:second\n\n:\n\nid\ndata: third\n\n';
const EVENTS = [
  { type: 'snapshot', data: '{"a":\n1}', id: 'c-1' },
  { type: 'message', data: 'second', id: 'c-1' },
  { type: 'message', data: 'third', id: '' },
];

test('the parser accepts any split of a stream', () => {
  for (let first = 0; first <= STREAM.length; first++) {
    for (let second = first; second <= STREAM.length; second += 7) {
      const parser = new StreamParser();
      const pieces = [STREAM.slice(0, first), STREAM.slice(first, second), STREAM.slice(second)];
      assert.deepEqual(
        pieces.flatMap((piece) => parser.push(piece)),
        EVENTS,
      );
    }
  }
});

test('the parser rejects an event without an end before it fills the memory', () => {
  const parser = new StreamParser();
  assert.throws(
    () => {
      for (let i = 0; i < 10; i++) {
        parser.push('x'.repeat(1_000_000));
      }
    },
    { code: 'bad_stream' },
  );
});
