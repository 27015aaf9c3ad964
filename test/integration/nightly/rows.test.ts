import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createScorer } from '../../../adapters/scorer.ts';
import { ACTION_TYPES, type Action, compareActions } from '../../../core/actions/action.ts';
import { batchesOf } from '../../../core/model/batches.ts';
import type { ModelOutput, Sequence } from '../../../core/model/contract.ts';
import { buildSequence } from '../../../core/sequences.ts';
import { SHOP_STATISTICS } from '../../../core/shop-statistics.ts';
import { dayNumber, zoneOf } from '../../../core/time.ts';
import { createVocabulary } from '../../../core/vocabulary.ts';
import { type Part, startPart } from '../../../local/part.ts';
import { BUNDLE } from '../../support/shop.ts';

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
const ORIGIN_DAY = dayNumber('2026-03-10');
const zone = zoneOf('UTC');

let endpoint: Part;
beforeAll(async () => {
  endpoint = await startPart('model endpoint', './model-worker.ts', { bundle: BUNDLE });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${endpoint.port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
});
afterAll(() => endpoint.close());

const histories: fc.Arbitrary<Action[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...ACTION_TYPES),
      category: fc.constantFrom('', ':shoes', ':hats', ':socks/wool'),
      before: fc.integer({ min: 1, max: 120 * DAY_SECONDS }),
    }),
    { minLength: 1, maxLength: 150 },
  )
  .map((list) =>
    list
      .map(({ type, category, before }, i) => ({
        word: `${type}${category}`,
        at: ORIGIN_DAY * DAY_MS - before * 1000,
        id: String(i),
      }))
      .sort(compareActions),
  );

const shops = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), {
  minLength: SHOP_STATISTICS.length,
  maxLength: SHOP_STATISTICS.length,
});

test('row d of a forecast is row 0 of one made d days later from the same actions and shop statistics', async () => {
  const scorer = createScorer({ SCORER: 'endpoint', ENDPOINT_NAME: 'buy-timing', BUNDLE: '' });
  const ask = async (sequence: Sequence, shop: number[], day: number): Promise<ModelOutput> => {
    const [batch] = batchesOf([sequence], Float32Array.from(shop), day * DAY_SECONDS);
    return scorer.score(batch!.input);
  };
  await fc.assert(
    fc.asyncProperty(histories, shops, fc.integer({ min: 1, max: 30 }), async (actions, shop, row) => {
      const sequence = buildSequence(actions, zone, createVocabulary());
      const [now, later] = [await ask(sequence, shop, ORIGIN_DAY), await ask(sequence, shop, ORIGIN_DAY + row)];
      const { bins } = now;
      for (let bin = 0; bin < bins; bin++)
        expect(Math.abs(now.hazard[row * bins + bin]! - later.hazard[bin]!)).toBeLessThan(1e-5);
      for (let horizon = 0; horizon < 5; horizon++)
        expect(Math.abs(now.pBuy[row * 5 + horizon]! - later.pBuy[horizon]!)).toBeLessThan(1e-5);
    }),
    { numRuns: 40 },
  );
});
