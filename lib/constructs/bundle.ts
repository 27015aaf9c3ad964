/** Bundles a function's index.ts for Lambda with the project's esbuild: no Docker, and once per process. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');

export interface BundledFunction {
  folder: string;
  /** Bytes of code that a cold start reads: index.mjs and what it imports, without source maps. */
  coldBytes: number;
  /** Bytes of all code, what is imported only when it is needed included. */
  bytes: number;
  /** Files it is made of, by their paths in the project. */
  inputs: string[];
}

const bundled = new Map<string, BundledFunction>();

/**
 * @param entry folder under functions/ whose index.ts exports `handler`
 * @throws Error of esbuild, naming file and line
 */
export function bundleFunction(entry: string): BundledFunction {
  let bundle = bundled.get(entry);
  if (!bundle) {
    bundle = build(entry);
    bundled.set(entry, bundle);
  }
  return bundle;
}

/** @param modelRuntime brings ONNX Runtime along */
export function codeOf(entry: string, bundlingRequired: boolean, modelRuntime = false): Code {
  if (!bundlingRequired) return Code.fromAsset(join(root, 'functions', entry));
  const { folder } = bundleFunction(entry);
  if (modelRuntime) addModelRuntime(folder, 'arm64');
  return Code.fromAsset(folder);
}

/** ONNX Runtime for one processor, 25 MB, beside a function's code: the package holds those of all systems, 290 MB. */
export function addModelRuntime(folder: string, processor: 'arm64' | 'x64'): void {
  const files = [
    ...['onnxruntime-common/package.json', 'onnxruntime-common/dist/cjs'],
    ...['onnxruntime-node/package.json', 'onnxruntime-node/dist'],
    `onnxruntime-node/bin/napi-v6/linux/${processor}`,
  ];
  for (const file of files)
    cpSync(join(root, 'node_modules', file), join(folder, 'node_modules', file), { recursive: true });
  // It runs in threads, whose script is a file of its own.
  cpSync(join(root, 'adapters/onnx-thread.mjs'), join(folder, 'onnx-thread.mjs'));
}

function build(entry: string): BundledFunction {
  const folder = mkdtempSync(join(tmpdir(), 'buy-timing-bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [{ in: `functions/${entry}/index.ts`, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What adapters import on demand (S3, Secrets Manager) and ways to credentials that Lambda never takes stay in files
    // of their own, which a cold start does not read.
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The packages' ES modules: half the size of their CommonJS, since what is unused falls away.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    // 288 MB, for `SCORER=in-process` alone: a deployed function asks the endpoint.
    external: ['onnxruntime-node'],
    alias: { 'node:http': join(import.meta.dirname, 'node-http.cjs') },
    // CommonJS packages inside the bundle call `require` for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'error',
  });
  return { folder, ...sizesOf(metafile), inputs: Object.keys(metafile.inputs) };
}

function sizesOf({ outputs }: Metafile): { coldBytes: number; bytes: number } {
  const code = new Map(Object.entries(outputs).filter(([path]) => path.endsWith('.mjs')));
  const cold = new Set<string>();
  const open = [...code.keys()].filter((path) => path.endsWith('/index.mjs'));
  for (let path = open.pop(); path; path = open.pop()) {
    if (cold.has(path) || !code.has(path)) continue;
    cold.add(path);
    for (const { kind, path: imported } of code.get(path)!.imports)
      if (kind === 'import-statement') open.push(imported);
  }
  const sum = (paths: Iterable<string>) => [...paths].reduce((bytes, path) => bytes + code.get(path)!.bytes, 0);
  return { coldBytes: sum(cold), bytes: sum(code.keys()) };
}
