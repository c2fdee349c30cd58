import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseIntegers } from '../../main/resources/META-INF/resources/liveline/integers.js';

test('integers that a number cannot hold are bigints, all else is as JSON.parse has it', () => {
  assert.deepEqual(parseIntegers('[9007199254740991,9007199254740992,-9223372036854775808]'), [
    9_007_199_254_740_991,
    9_007_199_254_740_992n,
    -9_223_372_036_854_775_808n,
  ]);
  for (const json of [
    '{"a":1}',
    '[0.12345678901234567,1.5e300,12345678901234567e2]',
    '{"9007199254740993":"9007199254740993, \\"-9007199254740993\\" \\\\"}',
    'null',
  ]) {
    assert.deepEqual(parseIntegers(json), JSON.parse(json), json);
  }
  assert.throws(() => parseIntegers('{"a":9007199254740993'), SyntaxError);
});
