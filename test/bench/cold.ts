/** What a cold start of ingest costs before its first request: the bundle as deployed, imported by a fresh Node. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunction } from '../../lib/constructs/bundle.ts';
import { type Bench, quantile, resultOf } from './bench.ts';

const RUNS = 15;
const AIM_MS = 100;
const AIM_KB = 400;

const bench: Bench = async ({ scale, progress }) => {
  const { folder, coldBytes } = bundleFunction('ingest');
  const url = pathToFileURL(join(folder, 'index.mjs')).href;
  const program = `const t = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - t)`;
  const runs: number[] = [];
  for (let run = 0; run < Math.ceil(RUNS * scale); run++) {
    progress(`import ${run + 1}`);
    const options = { env: { ...process.env, NODE_OPTIONS: '' } };
    runs.push(Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], options).toString()));
  }
  const more = { coldKB: Math.round(coldBytes / 1024), aimKB: AIM_KB };
  return resultOf(quantile(runs, 0.5), AIM_MS, 'ms to import the ingest bundle, median (aim)', runs, more);
};

export default bench;
