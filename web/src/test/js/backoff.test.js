import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Backoff } from '../../main/resources/META-INF/resources/liveline/backoff.js';

test('waits double up to the longest', () => {
  const backoff = new Backoff(() => 0.999999, 500, 15_000);
  const waits = Array.from({ length: 8 }, () => backoff.next());
  assert.deepEqual(waits, [499, 999, 1999, 3999, 7999, 14999, 14999, 14999]);
});

test('jitter is full: any wait from the floor to the ceiling', () => {
  assert.equal(new Backoff(() => 0).next(), 100);
  assert.equal(new Backoff(() => 0.5, 500).next(), 250);
});

test('success makes the next wait a short one', () => {
  const backoff = new Backoff(() => 0.999999, 500);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 499);
});

test('a thousand failures do not overflow', () => {
  const backoff = new Backoff(() => 1, 500, 15_000);
  for (let i = 0; i < 1_000; i++) {
    assert.ok(backoff.next() <= 15_000);
  }
});
