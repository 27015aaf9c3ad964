/** Runs a script of model/: its progress becomes ours, its last line of stdout is the result, its last words the failure. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Context, Failure, type Result } from './framework.ts';
import { tied } from './interruption.ts';
import { ROOT } from './project.ts';

const STOPPED = 'training stopped: ';

/** @throws Failure with what training said when it stopped */
export async function runTraining(
  context: Context,
  python: string,
  args: string[],
  script: 'train.py' | 'refit.py' | 'audit.py' = 'train.py',
): Promise<Result> {
  const child = tied(
    spawn(python, ['-W', 'ignore', join(ROOT, 'model', script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const closed = new Promise<number | null>((done) => child.once('close', done));
  let result = '';
  let said = '';
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith(STOPPED)) said = line.slice(STOPPED.length);
      else if (context.verbose) context.print(line);
      else context.progress(line);
    }
  })();
  for await (const line of createInterface({ input: child.stdout })) result = line;
  await reading;
  const code = await closed;
  if (code === 0) return JSON.parse(result);
  const what = said || (code === null ? 'it was killed, perhaps for want of memory' : `Python tied with ${code}`);
  throw new Failure(`${STOPPED}${what}`);
}
