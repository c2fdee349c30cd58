import { test } from 'node:test';

import { play, STEPS } from './model/schedule.js';

/*
 * The client against a played server and network that fail in every way they know. Each run is a schedule that its seed
 * repeats. `LIVELINE_MODEL_RUNS=20000 node --test web/src/test/js/model.test.js` is the long run;
 * `LIVELINE_MODEL_SEED` and `LIVELINE_MODEL_PATH` repeat what a failed run prints.
 */
const RUNS = Number(process.env.LIVELINE_MODEL_RUNS ?? 2_000);
const fc = await import('fast-check').catch(() => undefined);
const skip = fc === undefined && 'There is no fast-check: run `npm install` in web';

test(`${RUNS} schedules: order, no loss, no duplicate, true states, bounded requests`, { skip }, async () => {
  const probability = (max) => fc.oneof(fc.constant(0), fc.double({ min: 0, max, noNaN: true }));
  const step = fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 120_000 })),
    page: fc.constantFrom(0, 1),
    // Operations are more frequent than faults.
    do: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom('post', 'burst', 'edit', 'editTwice', 'delete') },
      { weight: 1, arbitrary: fc.constantFrom(...Object.keys(STEPS)) },
    ),
    value: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  const schedule = fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    usesToken: fc.boolean(),
    luck: fc.record({
      lose: probability(0.4),
      refuse: probability(0.4),
      double: probability(0.4),
      slow: probability(0.3),
      unclear: probability(0.3),
    }),
    steps: fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
  });
  await fc.assert(fc.asyncProperty(schedule, play), {
    numRuns: RUNS,
    seed: Number(process.env.LIVELINE_MODEL_SEED ?? 20_251_201),
    path: process.env.LIVELINE_MODEL_PATH,
    includeErrorInReport: true,
    endOnFailure: process.env.LIVELINE_MODEL_PATH !== undefined,
  });
});
