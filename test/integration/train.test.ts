import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readBundleFolder } from '../../adapters/bundles.ts';
import { ensurePython } from '../../cli/python.ts';
import { ROOT, runCommand } from '../support/system.ts';

const folder = mkdtempSync(join(tmpdir(), 'train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function train(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const python = await ensurePython(() => {});
  const child = spawn(python, ['-W', 'ignore', join(ROOT, 'model', 'train.py'), ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('simulated shops become training data, a trained model and a bundle the product accepts', async () => {
  const data = join(folder, 'data');
  const made = await runCommand(['prior', '--shops', '6', '--users', '30', '--queries', '4', '--out', data, '--json']);
  expect(JSON.parse(made.stdout.trim().split('\n').at(-1)!)).toMatchObject({ shops: 6 });
  const bundle = join(folder, 'bundle');
  const trained = await train([data, '--out', bundle, '--minutes', '0.1', '--members', '2']);
  expect(trained.stderr).toContain('member 1: held-out shops');
  const result = JSON.parse(trained.stdout.trim().split('\n').at(-1)!);
  const manifest = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({ version: result.modelVersion, members: 2, trainedOn: { shops: 6 } });
  await expect(readBundleFolder(bundle)).resolves.toMatchObject({ manifest: { version: result.modelVersion } });
}, 240_000);

test('data that make the loss NaN stop the training by name, and leave the bundle in place alone', async () => {
  const data = join(folder, 'broken');
  await runCommand(['prior', '--shops', '2', '--users', '20', '--queries', '2', '--out', data, '--json']);
  const weights = readFileSync(join(data, 'weights.f32'));
  writeFileSync(join(data, 'weights.f32'), Buffer.from(new Float32Array(weights.length / 4).fill(Number.NaN).buffer));
  const bundle = join(folder, 'kept');
  writeFileSync(bundle, 'what was there');
  const { code, stderr } = await train([data, '--out', bundle, '--minutes', '0.1']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('the loss became nan at step 0');
  expect(readFileSync(bundle, 'utf8')).toBe('what was there');
}, 120_000);

const DAY = 86_400_000;
const USERS = 30;
const DAYS = 60;

/** A view every third day and a purchase every tenth of each user, shifted from user to user. */
function rows(users = USERS, days = DAYS, bought = 'buy'): string[] {
  const lines: string[] = [];
  for (let user = 0; user < users; user++)
    for (let day = 0; day < days; day++) {
      const at = new Date(Date.parse('2026-01-01') + day * DAY).toISOString().slice(0, 10);
      if ((day + user) % 3 === 0) lines.push(`u${user},${at},view,c${user % 4}`);
      if ((day + user) % 10 === 0) lines.push(`u${user},${at},${bought},c${user % 4}`);
    }
  return lines;
}

function csv(name: string, lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, `user_id,timestamp,type,category\n${lines.join('\n')}\n`);
  return file;
}

test('a log becomes a bundle the product accepts, trained on nothing at or after the cut-off', async () => {
  const out = join(folder, 'own');
  const options = [
    '--types',
    'buy=purchase',
    '--until',
    '2026-02-20',
    '--epochs',
    '1',
    '--members',
    '1',
    '--init',
    'none',
    '--json',
  ];
  const made = await runCommand(['train', '--actions', csv('log.csv', rows()), ...options, '--out', out]);
  expect(made.stderr).not.toContain('training stopped');
  const result = JSON.parse(made.stdout.trim().split('\n').at(-1)!);
  expect(result).toMatchObject({ users: USERS, sequences: USERS });
  const { manifest } = await readBundleFolder(out);
  expect(manifest).toMatchObject({
    version: result.modelVersion,
    trainedOn: { firstDay: '2026-01-01', lastDay: '2026-02-19', users: USERS },
  });
  expect(readdirSync(folder).filter((name) => name.startsWith('own'))).toEqual(['own']);
}, 240_000);

test('private training keeps its word in the manifest, and a spent budget stops the next one', async () => {
  const file = csv('private.csv', rows());
  const out = join(folder, 'private');
  const given = [
    '--actions',
    file,
    '--types',
    'buy=purchase',
    '--data',
    join(folder, 'shop'),
    '--private-epsilon',
    '6',
  ];
  const made = await runCommand(['train', ...given, '--out', out, '--json']);
  expect(made.stderr).not.toContain('training stopped');
  const { manifest, vocabulary } = await readBundleFolder(out);
  const known = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  expect(known.private).toMatchObject({ unit: 'user', samplingRate: 0.1, steps: 200, accountant: 'rdp', clip: 1.5 });
  expect(manifest.private!.epsilon).toBeLessThanOrEqual(6);
  expect(manifest.private!.delta).toBeCloseTo(known.private.users ** -1.1, 10);
  expect(known.private.noiseMultiplier).toBeGreaterThan(0.5);
  expect(manifest.trainedOn.actions).toBeUndefined();
  expect(vocabulary).toHaveLength(11);
  const ledger = JSON.parse(readFileSync(join(folder, 'shop', 'privacy-ledger.json'), 'utf8'));
  expect(ledger).toMatchObject({ budget: 6, spent: [{ model: manifest.version, epsilon: manifest.private!.epsilon }] });

  const again = await runCommand(['train', ...given, '--out', join(folder, 'again')]);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('the privacy budget does not allow it');
  expect(existsSync(join(folder, 'again'))).toBe(false);
}, 240_000);

/** Views of one user, some hundreds of each second of a day. */
const busy = Array.from({ length: 100_000 }, (_, i) => {
  const at = Date.parse('2026-01-03') + (i % 50) * DAY + Math.floor(i / 500) * 1_000;
  return `busy,${new Date(at).toISOString()},view,c${i % 200}`;
});

test.each([
  ['only purchases', rows().filter((row) => row.includes('buy')), USERS],
  ['some actions a user, and one of 100,000', [...rows(), ...busy], USERS + 1],
])(
  'a log with %s is trained on',
  async (name, lines, users) => {
    const out = join(folder, 'odd');
    const options = ['--types', 'buy=purchase', '--epochs', '1', '--members', '1', '--json', '--out', out];
    const made = await runCommand(['train', '--actions', csv(`${name}.csv`, lines), ...options]);
    expect(made).toMatchObject({ code: 0 });
    expect(JSON.parse(made.stdout.trim().split('\n').at(-1)!)).toMatchObject({ users });
    await readBundleFolder(out);
  },
  240_000,
);

test.each([
  ['one user', rows(1), [], 'only 1 user acted before'],
  ['one day', rows(40, 1), [], 'the log has 1 day before'],
  ['no purchase', rows(30, 60, 'cart'), [], 'nobody bought before'],
  ['a type never seen', rows(30, 60, 'buys').filter((row) => row.includes('buys')), [], 'no row that can be used'],
  ['a cut-off after the log', rows(), ['--until', '2027-01-01'], 'outside of the log'],
  ['a cut-off before the log', rows(), ['--until', '2026-01-01'], 'outside of the log'],
  ['a cut-off that is no day', rows(), ['--until', '2026-02-30'], 'is not a day'],
])('a log with %s is refused in one line', async (name, lines, options, text) => {
  const out = join(folder, 'refused');
  const file = csv(`${name.replaceAll(' ', '-')}.csv`, lines);
  const refused = await runCommand(['train', '--actions', file, '--types', 'buy=purchase', ...options, '--out', out]);
  expect(refused.code).toBeGreaterThan(0);
  expect(refused.stderr.trim().split('\n').at(-1)).toContain(text);
  expect(existsSync(out) || existsSync(`${out}.training`)).toBe(false);
});

test.each([
  [[], 2, '--out'],
  [['--out', 'x', '--data', 'nowhere'], 1, 'there is no shop in'],
  [['nowhere', '--out', 'x'], 1, 'holds no training data'],
  [['nowhere', '--actions', 'a.csv', '--out', 'x'], 2, 'not both'],
  [['--types', 'buy=purchase', '--out', 'x'], 2, '--types needs --actions'],
  [['--private-epsilon', '0', '--out', 'x'], 2, 'above 0'],
  [['--private-epsilon', '1', '--members', '2', '--out', 'x'], 2, 'one member'],
  [['--private-budget', '1', '--out', 'x'], 2, 'need --private-epsilon'],
])('train %j is refused', async (args, code, text) => {
  const finished = await runCommand(['train', ...args]);
  expect(finished.code).toBe(code);
  expect(finished.stderr).toContain(text);
});
