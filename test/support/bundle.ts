/** Bundles the functions named as arguments, loads each, and prints what came out as JSON. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunction } from '../../lib/constructs/bundle.ts';

const bundles = [];
for (const entry of process.argv.slice(2)) {
  const { folder, ...bundle } = bundleFunction(entry);
  const loaded = await import(pathToFileURL(join(folder, 'index.mjs')).href);
  bundles.push({ entry, ...bundle, exports: Object.keys(loaded) });
}
process.stdout.write(JSON.stringify(bundles));
