/** Lint, format and type checks of both languages. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram } from './process.ts';
import { ROOT } from './project.ts';

export interface Outcome {
  name: string;
  passed: number;
  failed: number;
}

/** Runs every check, and shows the output of those that fail. */
export async function runChecks(python: string, say: (line: string) => void): Promise<Outcome[]> {
  const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
  const inVenv = (name: string) => join(dirname(python), name);
  const checks: [name: string, program: string, args: string[], cwd: string][] = [
    ['lint and format (Biome)', bin('biome'), ['ci', '--colors=off'], ROOT],
    ['types (tsc)', bin('tsc'), ['-p', '.', '--noEmit'], ROOT],
    ['Python lint (Ruff)', inVenv('ruff'), ['check', '.'], join(ROOT, 'model')],
    ['Python format (Ruff)', inVenv('ruff'), ['format', '--check', '.'], join(ROOT, 'model')],
    ['Python types (mypy)', inVenv('mypy'), [], join(ROOT, 'model')],
  ];
  const outcomes: Outcome[] = [];
  for (const [name, program, args, cwd] of checks) {
    const start = Date.now();
    const { code, output } = existsSync(program)
      ? await runProgram(program, args, { cwd })
      : { code: 1, output: `${program} is not installed` };
    if (code !== 0) process.stderr.write(`${output}\n`);
    say(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}, ${((Date.now() - start) / 1000).toFixed(1)} s`);
    outcomes.push({ name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 });
  }
  return outcomes;
}
