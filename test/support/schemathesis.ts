/** Schemathesis, which tests an API by its OpenAPI document: from PyPI, kept in node_modules/.cache. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LOCK = fileURLToPath(new URL('../contract/schemathesis/requirements.lock', import.meta.url));

/** @returns the program, or undefined after printing why there is none */
export async function findSchemathesis(): Promise<string | undefined> {
  const hash = createHash('sha256')
    .update(await readFile(LOCK))
    .digest('hex')
    .slice(0, 12);
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/schemathesis-${hash}`, import.meta.url));
  const done = join(folder, 'done');
  const program = join(folder, 'bin', 'schemathesis');
  if (existsSync(done)) return program;
  try {
    process.stderr.write('installing schemathesis for the test of the API document (20 MB, once)\n');
    await rm(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', LOCK]);
    await writeFile(done, '');
    return program;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    process.stderr.write(`the test of the API document is skipped: schemathesis cannot be installed (${reason})\n`);
    return undefined;
  }
}
