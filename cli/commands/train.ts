import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { choice, defineCommand, Failure, integer, text } from '../framework.ts';
import { ROOT } from '../project.ts';
import { ensurePython } from '../python.ts';

export default defineCommand({
  name: 'train',
  summary: 'Trains a model on prepared training data and writes its bundle.',
  arguments: [{ name: '<folders...>', description: 'training data that `npm run prior` wrote' }],
  options: {
    out: text('BUNDLE', 'folder of the bundle', { required: true }),
    size: choice('SIZE', ['tiny', 'base', 'gpt2'], 'size of the GPT-2 body', { default: 'tiny' }),
    members: integer('N', 'independently trained members, averaged', { default: 1, min: 1, max: 8 }),
    minutes: integer('N', 'training time of each member', { default: 30, min: 1 }),
    seed: integer('N', 'seed of the first member', { default: 0 }),
  },
  async run(context, args, options) {
    const folders = args.map((folder) => context.resolve(folder));
    const missing = folders.find((folder) => !existsSync(join(folder, 'meta.json')));
    if (missing)
      throw new Failure(`${missing} holds no training data`, 'make some with `npm run prior -- --out FOLDER`');
    const python = await ensurePython(context.progress);
    const flags = ['size', 'members', 'minutes', 'seed'] as const;
    const result = await runTraining(python, [
      ...folders,
      '--out',
      context.resolve(options.out),
      ...flags.flatMap((name) => [`--${name}`, String(options[name])]),
    ]);
    context.print(`${result.modelVersion}: ${result.parameters} parameters, ${result.seconds} s`);
    return result;
  },
});

/** Runs model/train.py; its progress goes to stderr as it comes, its last line is the result. */
async function runTraining(python: string, args: string[]): Promise<Record<string, unknown>> {
  const child = spawn(python, ['-W', 'ignore', join(ROOT, 'model', 'train.py'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((done) => child.once('close', done));
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  if ((await closed) !== 0)
    throw new Failure('training failed', 'its last words are above; the bundle in its place is untouched');
  return JSON.parse(last);
}
