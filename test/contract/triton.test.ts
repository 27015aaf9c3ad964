/** The bundle behind a real Triton server, as SageMaker runs it, asked by the product's own client. */
import { join } from 'node:path';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createScorer } from '../../adapters/scorer.ts';
import { batchesOf } from '../../core/model/batches.ts';
import { LENGTHS, type ModelInput, type ModelOutput } from '../../core/model/contract.ts';
import { encodeRequest, parseReply } from '../../core/model/wire.ts';
import { buildSequence } from '../../core/sequences.ts';
import { createShopTally } from '../../core/shop-statistics.ts';
import { dayNumber, zoneOf } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { type Part, startPart } from '../../local/part.ts';
import { simulatedHistories } from '../support/histories.ts';
import { ROOT } from '../support/system.ts';
import { findTriton, startTriton, type Triton } from '../support/triton.ts';

const BUNDLE = join(ROOT, 'model/bundles/tiny');
const zone = zoneOf('Europe/Berlin');
const found = await findTriton();
const onTriton = found ? describe : describe.skip;

onTriton('a real Triton with the bundle', () => {
  let triton: Triton;
  let local: Part;
  beforeAll(async () => {
    process.env.AWS_REGION = 'us-east-1';
    process.env.AWS_ACCESS_KEY_ID = 'local';
    process.env.AWS_SECRET_ACCESS_KEY = 'local';
    local = await startPart('model endpoint', './model-worker.ts', { bundle: BUNDLE });
    triton = await startTriton(found!, BUNDLE);
  }, 120_000);
  afterAll(() => Promise.all([triton?.stop(), local?.close()]));

  const inputs = (): ModelInput[] => {
    const day = '2026-04-15';
    const histories = simulatedHistories(60, zone);
    const tally = createShopTally(dayNumber(day) - 1);
    const vocabulary = createVocabulary();
    const sequences = histories.map((actions) => {
      tally.add(actions, zone);
      return buildSequence(
        actions.filter(({ at }) => at < zone.startOf(day)),
        zone,
        vocabulary,
      );
    });
    const asked = sequences.filter(({ words }) => words.length > 0);
    return [...batchesOf(asked, tally.vector(), zone.wallClock(zone.startOf(day)))].map(({ input }) => input);
  };

  const at = async (
    url: string,
    work: (client: SageMakerRuntimeClient) => Promise<ModelOutput>,
  ): Promise<ModelOutput> => {
    process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = url;
    return work(new SageMakerRuntimeClient({}));
  };
  const byProduct = (url: string, input: ModelInput) =>
    at(url, () => createScorer({ SCORER: 'endpoint', ENDPOINT_NAME: 'buy-timing', BUNDLE: '' }).score(input));
  const byJson = (url: string, input: ModelInput) =>
    at(url, async (client) => {
      const { contentType, body } = encodeRequest(input, 'json');
      const reply = await client.send(
        new InvokeEndpointCommand({ EndpointName: 'buy-timing', ContentType: contentType, Body: body }),
      );
      expect(reply.ContentType).toMatch(/^application\/json/);
      return parseReply({ contentType: reply.ContentType ?? '', body: reply.Body }, input.batch);
    });

  const expectSame = (a: ModelOutput, b: ModelOutput) => {
    for (const name of ['hazard', 'pBuy', 'nextWordP', 'nextLocalP'] as const) {
      expect(a[name].length).toBe(b[name].length);
      expect(a[name].reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[name][i]!)), 0)).toBeLessThan(1e-5);
    }
  };

  test('scores users through the product’s client as the local endpoint does, in binary and in JSON', async () => {
    const asked = inputs();
    expect(asked.length).toBeGreaterThan(1);
    for (const input of asked) {
      const expected = await byProduct(`http://127.0.0.1:${local.port}`, input);
      expectSame(await byProduct(triton.url, input), expected);
      if (input.length <= 64) expectSame(await byJson(triton.url, input), expected);
    }
  }, 60_000);

  test.each(LENGTHS.map((length) => [length]))(
    'takes calls padded to %d at once, and joins them',
    async (length) => {
      const input = inputs().find((one) => one.length <= length)!;
      const calls = await Promise.all(Array.from({ length: 4 }, () => byProduct(triton.url, padded(input, length))));
      const alone = await byProduct(`http://127.0.0.1:${local.port}`, input);
      for (const output of calls) expectSame(output, alone);
    },
    60_000,
  );

  test('refuses what is off the contract with an error of the caller', async () => {
    const { contentType, body } = encodeRequest(inputs()[0]!, 'json');
    const spoiled = JSON.parse(new TextDecoder().decode(body));
    spoiled.inputs[0].datatype = 'FP32';
    const reply = await fetch(`${triton.container}/invocations`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: JSON.stringify(spoiled),
    });
    expect(reply.status).toBe(400);
    expect((await reply.json()).error).toMatch(/words/);
  });
});

/** The same call with more padding. */
function padded(input: ModelInput, length: number): ModelInput {
  const widen = <T extends BigInt64Array | Float32Array>(values: T, empty: T): T => {
    for (let row = 0; row < input.batch; row++)
      empty.set(values.subarray(row * input.length, (row + 1) * input.length) as never, row * length);
    return empty;
  };
  const size = input.batch * length;
  return {
    ...input,
    length,
    words: widen(input.words, new BigInt64Array(size)),
    at: widen(input.at, new BigInt64Array(size)),
    count: widen(input.count, new Float32Array(size)),
    local: widen(input.local, new BigInt64Array(size)),
  };
}
