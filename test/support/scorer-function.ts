/**
 * The scorer's function as it is deployed, but for the processor: bundled, with its own ONNX Runtime beside it, in a
 * process of its own. Answers Lambda's calls on the port that it prints. The environment is that of the function.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addModelRuntime, bundleFunction } from '../../lib/constructs/bundle.ts';
import { startLocalCloud } from './local-cloud.ts';

const { folder } = bundleFunction('scorer');
addModelRuntime(folder, process.arch === 'arm64' ? 'arm64' : 'x64');
const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href);
const { port } = await startLocalCloud({ scorer: handler });
process.stdout.write(`${port}\n`);
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit(0));
