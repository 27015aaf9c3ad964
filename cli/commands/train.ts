import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { actionOptions, readActionSource } from '../action-source.ts';
import { choice, defineCommand, Failure, flag, integer, positive, text, Usage } from '../framework.ts';
import { interruptible } from '../interruption.ts';
import { ensurePython } from '../python.ts';
import { publicWordsOf, SHIPPED } from '../shipped.ts';
import { runTraining } from '../training-run.ts';
import { writeTrainingSet } from '../training-set.ts';

export default defineCommand({
  name: 'train',
  summary: 'Trains a model on a shop’s own actions, or on prepared folders, and writes its bundle.',
  arguments: [{ name: '[folders...]', description: 'training data that `npm run prior` or `npm run export` wrote' }],
  options: {
    ...actionOptions,
    until: text('DAY', 'excluded; nothing at or after it is read (default: the day after the last action)'),
    activeDays: integer('N', 'a user is asked about on days with an action in so many days before', {
      default: 90,
      min: 1,
    }),
    out: text('BUNDLE', 'folder of the bundle', { required: true }),
    size: choice('SIZE', ['tiny', 'base', 'gpt2'], 'size of the GPT-2 body', { default: 'tiny' }),
    members: integer('N', 'members trained, blended with the bundle started from (default: what serves best)', {
      min: 1,
      max: 8,
    }),
    seed: integer('N', 'seed of the first member', { default: 0 }),
    epochs: integer('N', 'passes over a shop’s own actions, at most', { min: 1, max: 1000 }),
    minutes: integer('N', 'simulated shops: training time of each member (default: 30)', { min: 1 }),
    init: text(
      'FOLDER',
      'bundle, or GPT-2 of Hugging Face, to start from; none: from nothing (default: the shipped bundle)',
    ),
    heads: flag('refits the heads of the bundle to simulated shops and leaves its body as it is'),
    onlyNext: flag('with --heads: only of what tells the next action and category; every hazard stays as it is'),
    privateEpsilon: positive(
      'E',
      'trains with differential privacy: at most so much epsilon for each user (inf: the same without)',
    ),
    privateBudget: positive('E', 'epsilon of all private trainings on this shop (default: of the first)'),
    privateTrained: choice('PART', ['adapter', 'network'], 'with --private-epsilon: what learns', {
      default: 'adapter',
    }),
    privateLedger: text('FILE', 'keeps what was spent (default: privacy-ledger.json in the data folder)'),
    resume: flag('goes on with a training that was interrupted, to the same result'),
  },
  async run(context, args, options) {
    const out = context.resolve(options.out);
    const folders = args.map((folder) => context.resolve(folder));
    if (folders.length > 0 && options.actions !== undefined) throw new Usage('name folders or --actions, not both');
    if (options.heads && folders.length < 3)
      throw new Usage('--heads needs three folders of simulated shops or more: the last two are held out');
    if (options.onlyNext && !options.heads) throw new Usage('--only-next needs --heads');
    const secret = privateOf(options, context.resolve);
    const missing = folders.find((folder) => !existsSync(join(folder, 'meta.json')));
    if (missing)
      throw new Failure(`${missing} holds no training data`, 'make some with `npm run prior -- --out FOLDER`');
    const python = await ensurePython(context.progress);
    // Beside the bundle: what it takes to go on, and the data, which are the same again for the same options.
    const work = `${out}.training`;
    const data = join(work, 'data');
    if (!options.resume) rmSync(work, { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
    try {
      return await interruptible('go on with --resume', async () => {
        if (folders.length === 0) {
          const source = await readActionSource(context, options);
          mkdirSync(work, { recursive: true });
          writeTrainingSet(context, source, data, { ...options, publicWords: secret?.words });
          folders.push(data);
        }
        const shared = [...folders, '--out', out, '--checkpoints', work, ...initOf(options.init, context.resolve)];
        const valued = (['size', 'members', 'seed', 'epochs', 'minutes'] as const).flatMap((name) =>
          options[name] === undefined ? [] : [`--${name}`, String(options[name])],
        );
        const heads = ['--seed', String(options.seed), ...(options.onlyNext ? ['--only-next'] : [])];
        const result = options.heads
          ? await runTraining(context, python, [...shared, ...heads], 'refit.py')
          : await runTraining(context, python, [
              ...shared,
              ...valued,
              ...(secret?.flags ?? []),
              ...(options.resume ? ['--resume'] : []),
            ]);
        rmSync(work, { recursive: true, force: true });
        context.print(`${result.modelVersion}: ${result.parameters} parameters, ${result.seconds} s, in ${out}`);
        return result;
      });
    } finally {
      rmSync(data, { recursive: true, force: true });
      if (existsSync(work) && readdirSync(work).length === 0) rmdirSync(work);
    }
  },
});

/** What private training is told, and the words that it may know: those of the bundle started from. */
function privateOf(
  options: {
    privateEpsilon?: number;
    privateBudget?: number;
    privateTrained: string;
    privateLedger?: string;
    data: string;
    heads?: boolean;
    init?: string;
    members?: number;
    epochs?: number;
    size: string;
  },
  resolve: (path: string) => string,
): { flags: string[]; words: string[] } | undefined {
  if (options.privateEpsilon === undefined) {
    if (options.privateBudget !== undefined || options.privateLedger !== undefined)
      throw new Usage('--private-budget and --private-ledger need --private-epsilon');
    return undefined;
  }
  if (options.heads || options.init === 'none')
    throw new Usage('private training starts from a bundle and is for a shop’s own log');
  if ((options.members ?? 1) !== 1 || options.epochs !== undefined)
    throw new Usage('private training has one member and a fixed number of steps: leave out --members and --epochs');
  const init = options.init === undefined ? SHIPPED : resolve(options.init);
  const ledger = options.privateLedger ?? join(options.data, 'privacy-ledger.json');
  const flags = [
    '--private-epsilon',
    pythonNumber(options.privateEpsilon),
    '--private-trained',
    options.privateTrained,
  ];
  flags.push('--private-ledger', resolve(ledger));
  if (options.privateBudget !== undefined) flags.push('--private-budget', pythonNumber(options.privateBudget));
  return { flags, words: publicWordsOf(init) };
}

function pythonNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : 'inf';
}

function initOf(init: string | undefined, resolve: (path: string) => string): string[] {
  if (init === 'none') return [];
  if (init !== undefined) return ['--init', resolve(init)];
  return existsSync(join(SHIPPED, 'weights.safetensors')) ? ['--init', SHIPPED] : [];
}
