/** The functions as they are deployed: bundled for real, and loaded by the Node they will run on. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NIGHTLY_STEPS } from '../../functions/nightly/steps.ts';
import { FUNCTIONS } from '../../functions/routes.ts';

interface Bundle {
  entry: string;
  coldBytes: number;
  bytes: number;
  inputs: string[];
  exports: string[];
}

const entries = [...FUNCTIONS, ...NIGHTLY_STEPS.map(({ name }) => `nightly/${name}`), 'erase'];
const script = fileURLToPath(new URL('../support/bundle.ts', import.meta.url));
const bundles: Bundle[] = JSON.parse(
  execFileSync(process.execPath, [script, ...entries], { maxBuffer: 64 * 1024 * 1024 }).toString('utf8'),
);

test.each(bundles)('$entry loads on Node 24 and has a handler', ({ exports }) => {
  expect(exports).toEqual(['handler']);
});

test.each(bundles)('a cold start of $entry reads at most 500 KB', ({ coldBytes, bytes }) => {
  expect(coldBytes).toBeLessThanOrEqual(500 * 1024);
  expect(bytes).toBeLessThanOrEqual(1024 * 1024);
});

test('a cold start of ingest, which every request of a client may wait for, reads at most 400 KB', () => {
  expect(bundles.find(({ entry }) => entry === 'ingest')!.coldBytes).toBeLessThanOrEqual(400 * 1024);
});

test.each(bundles)('$entry brings no model runtime, no local store and no CDK along', ({ inputs }) => {
  expect(inputs.filter((path) => /onnxruntime|dynalite|aws-cdk|node_modules\/(jest|esbuild)/.test(path))).toEqual([]);
});
