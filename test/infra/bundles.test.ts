/** The functions as they are deployed: bundled for real, and loaded by the Node they will run on. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAllowed, packagesInUse } from '../../cli/packages.ts';
import { NIGHTLY_STEPS } from '../../functions/nightly/steps.ts';
import { FUNCTIONS } from '../../functions/routes.ts';
import { addModelRuntime } from '../../lib/constructs/bundle.ts';

interface Bundle {
  entry: string;
  coldBytes: number;
  bytes: number;
  inputs: string[];
  exports: string[];
}

const entries = [
  ...FUNCTIONS,
  ...NIGHTLY_STEPS.map(({ name }) => `nightly/${name}`),
  'erase',
  'scorer',
  'promotion',
  'training-export',
  'edge/authorize',
  'edge/rotate',
];
const script = fileURLToPath(new URL('../support/bundle.ts', import.meta.url));
const bundles: Bundle[] = JSON.parse(
  execFileSync(process.execPath, [script, ...entries], { maxBuffer: 64 * 1024 * 1024 }).toString('utf8'),
);

test.each(bundles)('$entry loads on Node 24 and has a handler', ({ exports }) => {
  expect(exports).toEqual(['handler']);
});

test.each(bundles)('a cold start of $entry reads at most 500 KB', ({ coldBytes, bytes }) => {
  expect(coldBytes).toBeLessThanOrEqual(500 * 1024);
  // With what is loaded only when it is needed: either way to the model, files, secrets.
  expect(bytes).toBeLessThanOrEqual(1100 * 1024);
});

test('a cold start of ingest, which every request of a client may wait for, reads at most 400 KB', () => {
  expect(bundles.find(({ entry }) => entry === 'ingest')!.coldBytes).toBeLessThanOrEqual(400 * 1024);
});

test.each(bundles)('$entry brings no model runtime, no local store and no CDK along', ({ inputs }) => {
  expect(inputs.filter((path) => /onnxruntime|dynalite|aws-cdk|node_modules\/(jest|esbuild)/.test(path))).toEqual([]);
});

test.each(bundles)('$entry is made of packages whose licence lets everybody use it', ({ inputs }) => {
  const licences = new Map(packagesInUse().map(({ name, licence }) => [name, licence]));
  const names = new Set(inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  expect([...names].filter((name) => !isAllowed(licences.get(name) ?? 'not among those in use'))).toEqual([]);
});

test('the scorer has the ONNX Runtime of its processor beside it, and of no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'buy-timing-runtime-'));
  try {
    addModelRuntime(folder, 'arm64');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
    const native = files.filter((name) => /\.node$|\.so/.test(name));
    expect(native).toHaveLength(2);
    // Bytes 18 and 19 of an ELF file: 183 is AArch64.
    for (const name of native) expect(readFileSync(name).readUInt16LE(18)).toBe(183);
    // Lambda takes 250 MB.
    expect(files.reduce((bytes, name) => bytes + statSync(name).size, 0)).toBeLessThan(32 * 1024 * 1024);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
