/** The commands on a real local system: what is promoted or rolled back to is what the next night scores with. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MODEL_FILE } from '../../../adapters/bundles.ts';
import { BUNDLE } from '../../support/shop.ts';
import { runCommand, type Started, startSystem } from '../../support/system.ts';
import { variantBundle } from '../../support/variant.ts';

const folder = mkdtempSync(join(tmpdir(), 'promotion-'));
const data = join(folder, 'data');
const { version: shipped } = JSON.parse(readFileSync(join(BUNDLE, 'manifest.json'), 'utf8'));
const DAY_MS = 86_400_000;
const iso = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString();

async function run(...args: string[]) {
  const { code, stdout, stderr } = await runCommand([...args, '--data', data, '--json']);
  const last = stdout.trim().split('\n').at(-1)!;
  return { code, said: stderr.trim(), result: last ? JSON.parse(last) : undefined };
}
/** The night of a day some days ago: its scores by user. */
async function night(daysAgo: number, ...args: string[]) {
  const day = iso(daysAgo).slice(0, 10);
  const { code, result } = await run('nightly', '--day', day, ...args);
  expect(code).toBe(0);
  const out = join(folder, 'scores.csv');
  await run('scores', '--day', day, '--out', out);
  const [head, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
  const at = (name: string) => head!.split(',').indexOf(name);
  const of = rows.map((row) => row.split(','));
  return {
    ...result,
    versions: [...new Set(of.map((row) => row[at('model_version')]))],
    users: of.length,
    mean: of.reduce((sum, row) => sum + Number(row[at('p_7d')]), 0) / of.length,
  };
}

beforeAll(async () => {
  const rows = Array.from({ length: 30 }, (_, user) =>
    [40, 21, 9, 4, 3].map((ago, i) => `u${user},${iso(ago + (user % 3))},${i === 2 ? 'purchase' : 'view'},shoes`),
  );
  const file = join(folder, 'log.csv');
  writeFileSync(file, ['user_id,timestamp,type,category', ...rows.flat()].join('\n'));
  expect(await run('import', file, '--time-zone', 'UTC')).toMatchObject({ code: 0 });
  variantBundle(join(folder, 'second'), 'second-1', 1.5);
  variantBundle(join(folder, 'third'), 'third-1', -1.5);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('without a system running', () => {
  test('the next night after a promotion scores everyone with the new model, and after a rollback with the old one', async () => {
    const first = await night(2);
    expect([first.versions, first.users, first.modelCalls]).toEqual([[shipped], 30, 30]);
    // Nobody did anything: without a promotion the model is asked about nobody.
    expect(await night(1)).toMatchObject({ modelCalls: 0, versions: [shipped] });
    const refused = await run('promote', join(folder, 'second'));
    expect([refused.code, refused.said]).toEqual([
      1,
      expect.stringMatching(/the gate refuses second-1: .*; what is live stays; --force/),
    ]);
    expect(await run('nightly', '--day', iso(1).slice(0, 10))).toMatchObject({ result: { modelVersion: shipped } });
    const promoted = await run('promote', join(folder, 'second'), '--why', 'a try', '--force');
    expect(promoted).toMatchObject({ code: 0, result: { version: 'second-1', from: shipped } });
    const second = await night(0);
    expect([second.versions, second.users, second.modelCalls]).toEqual([['second-1'], 30, 30]);
    expect(await run('rollback')).toMatchObject({ code: 0, result: { version: shipped, from: 'second-1' } });
    const third = await night(0, '--restart');
    expect([third.versions, third.modelCalls]).toEqual([[shipped], 30]);
    // Each night's correction takes a part of the difference back.
    expect(second.mean).toBeGreaterThan(1.2 * third.mean);
  }, 120_000);

  test('the history says who, when, why, and what can be gone back to', async () => {
    const { result, said } = await run('promote');
    expect(result).toMatchObject({
      version: shipped,
      changes: [
        {
          ...{ what: 'promotion', version: 'second-1', from: shipped, why: 'a try', by: expect.stringMatching(/./) },
          ...{ forced: true, gate: expect.arrayContaining([expect.stringMatching(/^refused: .*\d/)]) },
        },
        { what: 'rollback', version: shipped, from: 'second-1' },
      ],
    });
    expect(result.stored.sort()).toEqual(['second-1', shipped]);
    expect(said).toMatch(/promotion of second-1 after tiny-\w+ {2}\(by \S+, forced, a try\)/);
    expect(await run('rollback')).toMatchObject({
      code: 1,
      said: `${shipped} is live, and nothing was live before it`,
    });
  }, 60_000);

  test('a bundle that is unknown, half copied, changed or of a strange version is refused, and nothing changes', async () => {
    const objects = join(data, 'objects', 'models');
    const refused = async (bundle: string) => {
      const { code, said } = await run('promote', bundle, '--force');
      expect(code).toBe(1);
      return said;
    };
    expect(await refused('nothing-9')).toMatch(/model bundle nothing-9 is refused: it has no manifest/);
    cpSync(join(folder, 'third'), join(objects, 'half-1'), { recursive: true });
    rmSync(join(objects, 'half-1', 'manifest.json'));
    expect(await refused('half-1')).toMatch(/model bundle half-1 is refused: it has no manifest/);
    cpSync(join(folder, 'third'), join(objects, 'third-1'), { recursive: true });
    rmSync(join(objects, 'third-1', MODEL_FILE));
    expect(await refused('third-1')).toMatch(/third-1 .*is refused: it has no repository/);
    writeFileSync(join(objects, 'third-1', MODEL_FILE), 'something else');
    expect(await refused('third-1')).toMatch(/sha256 differs/);
    expect(await refused(variantBundle(join(folder, 'upper'), 'UPPER', 0))).toMatch(/is no name of a model/);
    expect(await refused(variantBundle(join(folder, 'other'), 'second-1', 0.3))).toMatch(/another bundle is stored as/);
    expect(await refused(shipped)).toMatch(`${shipped} is live already`);
    expect((await run('rollback', 'third-1')).said).toMatch(/third-1 was never live; these were: /);
    expect((await run('promote')).result.version).toBe(shipped);
    expect(existsSync(join(objects, 'UPPER'))).toBe(false);
  }, 120_000);
});

describe('while a system runs', () => {
  let system: Started;
  beforeAll(async () => {
    system = await startSystem(data, ['--empty']);
  }, 60_000);
  afterAll(() => system.stop());

  test('it answers with the model that was promoted, within seconds, and its next night scores with it', async () => {
    const ask = async () => {
      const headers = { authorization: `Bearer ${system.keys.read}` };
      const reply = await fetch(`${system.url}/v1/users/u1/timing?fresh=true`, { headers });
      return (await reply.json()) as { modelVersion: string; probability: Record<string, number> };
    };
    const before = await ask();
    expect(before.modelVersion).toBe(shipped);
    expect(await run('promote', join(folder, 'second'), '--force')).toMatchObject({ code: 0 });
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    const after = await ask();
    expect(after.modelVersion).toBe('second-1');
    expect(after.probability['7d']).toBeGreaterThan(1.3 * before.probability['7d']!);
    expect(await night(0, '--restart')).toMatchObject({ versions: ['second-1'], modelCalls: 30 });
    expect((await (await fetch(`${system.url}/health`)).json()).model).toBe('second-1');
  }, 60_000);
});

test('a system that was started with --bundle keeps it, and says so', async () => {
  const system = await startSystem(data, ['--empty', '--bundle', BUNDLE]);
  try {
    const { code, said } = await run('promote', join(folder, 'second'));
    expect([code, said]).toEqual([1, expect.stringContaining('was started with --bundle, which stays live')]);
    expect((await (await fetch(`${system.url}/health`)).json()).model).toBe(shipped);
  } finally {
    await system.stop();
  }
}, 60_000);

test('of a shop that has been there for a while, the gate lets a bundle through that is as good and refuses one that is not', async () => {
  const log = join(folder, 'simulated.csv');
  const start = iso(150).slice(0, 10);
  await runCommand(['simulate', '--users', '300', '--days', '149', '--seed', '3', '--start', start, '--out', log]);
  const shop = join(folder, 'shop');
  const inShop = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand([...args, '--data', shop, '--json']);
    return { code, said: stderr, result: JSON.parse(stdout.trim().split('\n').at(-1)!) };
  };
  expect(await inShop('import', log, '--time-zone', 'UTC')).toMatchObject({ code: 0 });
  const wild = variantBundle(join(folder, 'wild'), 'wild-1', 2);
  const refused = await inShop('promote', wild);
  expect(refused.code).toBe(1);
  expect(refused.said).toMatch(
    /refused: log-loss against tiny-\w+: \+[\d.]+ % \(95 % between \+[\d.]+ % and \+[\d.]+ %\)/,
  );
  expect(refused.said).toMatch(/refused: expected buyers are off by more than 25 % and chance/);
  const same = variantBundle(join(folder, 'same'), 'same-1', 0);
  expect(await inShop('promote', same)).toMatchObject({ code: 0, result: { version: 'same-1', passes: true } });
  const own = { firstDay: start, lastDay: iso(1).slice(0, 10), users: 300, actions: 1, hash: 'a' };
  const leaky = variantBundle(join(folder, 'leaky'), 'leaky-1', 0, { trainedOn: own });
  expect((await inShop('promote', leaky)).said).toMatch(
    /leaky-1 was trained on days up to .*, so nothing is left to judge by/,
  );
}, 240_000);
