/** Torch, the exported graph and the product's forecast through its endpoint say the same of the same users. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createScorer } from '../../adapters/scorer.ts';
import { readLog } from '../../cli/backtest/read-log.ts';
import { ensurePython } from '../../cli/python.ts';
import type { Action } from '../../core/actions/action.ts';
import { IDENTITY } from '../../core/corrections.ts';
import { forecastOf, packForecast, unpackForecast } from '../../core/forecasts.ts';
import { batchesOf } from '../../core/model/batches.ts';
import {
  HORIZONS,
  MAX_BATCH,
  MAX_LENGTH,
  type ModelInput,
  type ModelOutput,
  type Sequence,
} from '../../core/model/contract.ts';
import { encodeRequest } from '../../core/model/wire.ts';
import { scoreOf } from '../../core/scores.ts';
import { collapse, encode, latestPositions } from '../../core/sequences.ts';
import { createShopTally } from '../../core/shop-statistics.ts';
import { type Day, dayNumber, type Zone, zoneOf } from '../../core/time.ts';
import { createVocabulary } from '../../core/vocabulary.ts';
import { type Part, startPart } from '../../local/part.ts';
import { simulatedHistories } from '../support/histories.ts';
import { ROOT } from '../support/system.ts';

const run = promisify(execFile);
const SCRIPT = join(ROOT, 'test/support/parity.py');
const SHIPPED = join(ROOT, 'model/bundles/tiny');
const DATA = process.env.BUY_TIMING_DATA ?? join(ROOT, '../shared/data');
const folder = mkdtempSync(join(tmpdir(), 'parity-'));
const vocabulary = createVocabulary(JSON.parse(readFileSync(join(SHIPPED, 'vocabulary.json'), 'utf8')));

let python: string;
let bundle: string;
let endpoint: Part;
beforeAll(async () => {
  python = await ensurePython(() => {});
  bundle = SHIPPED;
  if (!existsSync(join(SHIPPED, 'weights.safetensors'))) {
    bundle = join(folder, 'bundle');
    await run(python, ['-W', 'ignore', SCRIPT, 'make', bundle]);
  }
  endpoint = await startPart('model endpoint', './model-worker.ts', { bundle });
  process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME = `http://127.0.0.1:${endpoint.port}`;
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
}, 300_000);
afterAll(async () => {
  await endpoint?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Users {
  histories: Action[][];
  zone: Zone;
  /** The day whose first instant is the origin. */
  day: Day;
}

/** Users before the origin as sequences; the longest give every length that they have. */
function sequencesOf({ histories, zone, day }: Users): {
  all: Sequence[];
  everyLength: Sequence[];
  shop: Float32Array;
} {
  const instant = zone.startOf(day);
  const tally = createShopTally(dayNumber(day) - 1);
  const known = histories.map((actions) => actions.filter(({ at }) => at < instant)).filter(({ length }) => length > 0);
  for (const actions of known) tally.add(actions, zone);
  const positions = known.map((actions) => collapse(actions, zone)).sort((a, b) => b.length - a.length);
  const everyLength = Array.from({ length: Math.min(MAX_LENGTH, positions[0]!.length) }, (_, i) => {
    const longEnough = positions.slice(0, 3).filter(({ length }) => length > i);
    return encode(longEnough[i % longEnough.length]!.slice(-(i + 1)), vocabulary);
  });
  const all = positions.map((own) => encode(latestPositions(own), vocabulary));
  return { all, everyLength, shop: tally.vector() };
}

interface Asked {
  input: ModelInput;
  sequences: Sequence[];
}

function* callsOf(users: Users): Generator<Asked> {
  const { all, everyLength, shop } = sequencesOf(users);
  const origin = users.zone.wallClock(users.zone.startOf(users.day));
  const calls = function* (sequences: Sequence[]): Generator<Asked> {
    for (const { input, members } of batchesOf(sequences, shop, origin))
      yield { input, sequences: members.map((member) => sequences[member]!) };
  };
  yield* calls(everyLength);
  const short = all.filter(({ words }) => words.length <= 32);
  for (let size = 1; size <= MAX_BATCH && short.length > 0; size++)
    yield* calls(Array.from({ length: size }, (_, i) => short[(size * 31 + i) % short.length]!));
}

async function compare(name: string, users: Users) {
  const scorer = createScorer({ SCORER: 'endpoint', ENDPOINT_NAME: 'buy-timing', BUNDLE: '' });
  const { bins } = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));
  const calls = [...callsOf(users)];
  const to = mkdtempSync(join(folder, `${name}-`));
  for (const [number, { input }] of calls.entries()) {
    const { contentType, body } = encodeRequest(input, 'binary');
    const size = Buffer.alloc(4);
    size.writeUInt32LE(Number(/json-header-size=(\d+)/.exec(contentType)![1]));
    writeFileSync(join(to, `${number}.request`), Buffer.concat([size, body]));
  }
  await run(python, ['-W', 'ignore', SCRIPT, 'run', bundle, to]);
  const worst = { hazard: 0, p_buy: 0, next_local_p: 0, score: 0 };
  const sizes = { batches: new Set<number>(), lengths: new Set<number>() };
  for (const [number, { input, sequences }] of calls.entries()) {
    const output = await scorer.score(input);
    sizes.batches.add(input.batch);
    for (const { words } of sequences) sizes.lengths.add(words.length);
    const torch = (tensor: string) => {
      const bytes = readFileSync(join(to, `${number}.${tensor}`));
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    };
    const pBuy = torch('p_buy');
    worst.hazard = Math.max(worst.hazard, farthest(output.hazard, torch('hazard')));
    worst.p_buy = Math.max(worst.p_buy, farthest(output.pBuy, pBuy));
    worst.next_local_p = Math.max(worst.next_local_p, farthest(output.nextLocalP, torch('next_local_p')));
    worst.score = Math.max(worst.score, farthestScore(output, pBuy, sequences, users.day, bins));
  }
  return { worst, sizes };
}

function farthest(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** The score of the product, from the forecast as it is stored, against torch; at the origin and after silence. */
function farthestScore(
  output: ModelOutput,
  torch: Float32Array,
  sequences: Sequence[],
  day: Day,
  edges: number[],
): number {
  let most = 0;
  for (const [index, { categories }] of sequences.entries()) {
    const forecast = unpackForecast(
      packForecast(forecastOf(output, index, { edges, words: vocabulary.words, categories })),
    );
    const score = scoreOf({ forecast, originDay: day, day, lastActionDay: day, correction: IDENTITY, theta: 0.1 });
    for (const [h] of HORIZONS.entries())
      most = Math.max(most, Math.abs(score.probability[h]! - torch[index * 31 * 5 + h]!));
  }
  return most;
}

describe('torch, the graph and the product agree within 1e-4', () => {
  test('on simulated users over a change of clocks, at every length and every batch size', async () => {
    const zone = zoneOf('Europe/Berlin');
    const histories = simulatedHistories(150, zone);
    // The longest history many times over, so that there is every length.
    const longest = histories.reduce((a, b) => (b.length > a.length ? b : a));
    const origin = zone.startOf('2026-03-30');
    const day = 86_400_000;
    const copies = Array.from({ length: 40 }, (_, i) => longest.map((one) => ({ ...one, at: one.at - i * 7 * day })));
    const long = copies
      .flat()
      .filter(({ at }) => at < origin)
      .sort((a, b) => a.at - b.at);
    const { worst, sizes } = await compare('simulated', { histories: [...histories, long], zone, day: '2026-03-30' });
    expect(Math.max(...Object.values(worst))).toBeLessThan(1e-4);
    expect(sizes.batches.size).toBe(MAX_BATCH);
    expect(sizes.lengths.size).toBe(MAX_LENGTH);
  }, 300_000);

  test.each([
    ['tmall', '2013-07-16', 'Asia/Shanghai'],
    ['cdnow', '1997-10-27', 'America/New_York'],
  ])(
    'on real users of %s',
    async (name, day, zoneName) => {
      const file = join(DATA, `${name}.csv`);
      if (!existsSync(file)) {
        process.stderr.write(
          `parity on ${name}.csv is skipped: there is no ${file}; name its folder in BUY_TIMING_DATA\n`,
        );
        return;
      }
      const zone = zoneOf(zoneName);
      const log = await readLog(file, { types: 'buy=purchase' }, zone, () => {});
      const histories = log.histories.slice(0, 1_500).map(({ actions }) => actions);
      const { worst, sizes } = await compare(name, { histories, zone, day });
      expect(Math.max(...Object.values(worst))).toBeLessThan(1e-4);
      expect(sizes.lengths.size).toBeGreaterThan(10);
    },
    300_000,
  );
});
