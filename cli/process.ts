/** Runs a program to its end. */
import { spawn } from 'node:child_process';

export interface Finished {
  code: number;
  /** stdout and stderr as they came; empty when they were shown. */
  output: string;
}

/** @param options.show true: what it prints goes to stderr at once, instead of being kept */
export function runProgram(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; show?: boolean } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kept: Buffer[] = [];
    const take = (chunk: Buffer) => {
      if (options.show) process.stderr.write(chunk);
      else kept.push(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(kept).toString() }));
  });
}
