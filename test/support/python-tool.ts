/** Programs from PyPI that tests run, each with an environment of its own in node_modules/.cache. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PythonTool {
  name: string;
  /** requirements.lock, with hashes, relative to test/. */
  lock: string;
  /** What is run: below `bin/` of the environment. */
  program: string;
  size: string;
}

export const SCHEMATHESIS: PythonTool = {
  name: 'schemathesis',
  lock: 'contract/schemathesis/requirements.lock',
  program: 'schemathesis',
  size: '20 MB',
};
export const CFN_LINT: PythonTool = {
  name: 'cfn-lint',
  lock: 'contract/cfn-lint/requirements.lock',
  program: 'cfn-lint',
  size: '80 MB',
};
/** moto's interpreter of Amazon States Language. */
export const INTERPRETER: PythonTool = {
  name: 'moto',
  lock: 'integration/state-machine/requirements.lock',
  program: 'python',
  size: '100 MB',
};

/** AWS's own command line, which the runbook's commands are written for. */
export const AWS_CLI: PythonTool = {
  name: 'awscli',
  lock: 'integration/operations/requirements.lock',
  program: 'aws',
  size: '100 MB',
};

/** @returns the program, installed when it is not, or undefined after printing why there is none */
export async function findTool({ name, lock, program, size }: PythonTool): Promise<string | undefined> {
  const file = fileURLToPath(new URL(`../${lock}`, import.meta.url));
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 12);
  const folder = fileURLToPath(new URL(`../../node_modules/.cache/${name}-${hash}`, import.meta.url));
  const done = join(folder, 'done');
  const found = join(folder, 'bin', program);
  if (existsSync(done)) return found;
  try {
    process.stderr.write(`installing ${name} for a test (${size}, once)\n`);
    await rm(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', file]);
    await writeFile(done, '');
    return found;
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    process.stderr.write(`a test is skipped: ${name} cannot be installed (${reason})\n`);
    return undefined;
  }
}
