/** The Python side of the project (training, its checks): installed into `model/.venv` when it is first needed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './framework.ts';
import { runProgram } from './process.ts';
import { ROOT } from './project.ts';

const VENV = join(ROOT, 'model', '.venv');
const LOCK = join(ROOT, 'model', 'requirements.lock');
const STAMP = join(VENV, '.installed');
const PYTHON = join(VENV, 'bin', 'python');
/** uv lives in an environment of its own, since it removes from the project's what the lock file does not name. */
const TOOLS = join(VENV, 'tools');
const UV = 'uv==0.13.9';
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];

/**
 * Path of the Python of `model/.venv`, with every package of `model/requirements.lock` installed.
 * @throws Failure when there is no Python 3.11 or newer, or a package cannot be installed
 */
export async function ensurePython(progress: (text: string) => void): Promise<string> {
  const wanted = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted && existsSync(PYTHON)) return PYTHON;
  const start = Date.now();
  const show = () => progress(`installing the Python side (some 6 GB), ${Math.round((Date.now() - start) / 1000)} s`);
  show();
  const timer = setInterval(show, 1_000);
  try {
    const python = await findPython();
    if (!existsSync(PYTHON)) await step(python, ['-m', 'venv', '--without-pip', VENV]);
    if (!existsSync(join(TOOLS, 'bin', 'uv'))) {
      await step(python, ['-m', 'venv', TOOLS]);
      await step(join(TOOLS, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', UV]);
    }
    await step(join(TOOLS, 'bin', 'uv'), ['pip', 'sync', '--quiet', '--python', PYTHON, LOCK]);
  } finally {
    clearInterval(timer);
  }
  writeFileSync(STAMP, wanted);
  return PYTHON;
}

async function findPython(): Promise<string> {
  const newEnough = 'import sys; raise SystemExit(sys.version_info < (3, 11))';
  for (const candidate of CANDIDATES) {
    if ((await runProgram(candidate, ['-c', newEnough])).code === 0) return candidate;
  }
  throw new Failure('there is no Python 3.11 or newer', 'install one (with its venv module) and try again');
}

async function step(program: string, args: string[]): Promise<void> {
  const { code, output } = await runProgram(program, args, { cwd: ROOT });
  if (code === 0) return;
  process.stderr.write(output);
  throw new Failure(
    `the Python side cannot be installed: ${program} ${args.slice(0, 3).join(' ')} failed`,
    'its output is above; check the network and the free disk space, then try again',
  );
}
