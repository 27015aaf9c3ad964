import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test.each([
  [['--out', 'x'], 2, 'folders'],
  [['nowhere', '--out', 'x'], 1, 'holds no training data'],
])('train %j is refused', async (args, code, text) => {
  const finished = await runCommand(['train', ...args]);
  expect(finished.code).toBe(code);
  expect(finished.stderr).toContain(text);
});
