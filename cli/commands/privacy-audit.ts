/** `npm run privacy-audit`: attacks models trained with privacy and without, and says what privacy costs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { dayNumber, isDay } from '../../core/time.ts';
import { actionOptions, readActionSource } from '../action-source.ts';
import { createOutFolder } from '../backtest/out-folder.ts';
import { defineCommand, flag, integer, list, text, Usage } from '../framework.ts';
import { type Audit, pageOf } from '../privacy/page.ts';
import { ensurePython } from '../python.ts';
import { publicWordsOf, SHIPPED } from '../shipped.ts';
import { runTraining } from '../training-run.ts';
import { writeTrainingSet } from '../training-set.ts';

export default defineCommand({
  name: 'privacy-audit',
  summary:
    'Attacks models trained on a log with privacy and without: membership, planted users, and what privacy costs.',
  options: {
    ...actionOptions,
    activeDays: integer('N', 'as in training', { default: 90, min: 1 }),
    trainEnd: text(
      'DAY',
      'nothing of this day or later trains what the cost is judged by (default: no cost is judged)',
    ),
    epsilon: list('E,…', 'of the models attacked (default: 8)'),
    costEpsilon: list('E,…', 'of the trainings whose cost is judged (default: 1,3,8)'),
    seeds: integer('N', 'trainings of each of those', { default: 3, min: 1 }),
    models: integer('N', 'models of each kind, trained on random halves of the users', { default: 8, min: 3 }),
    planted: integer('N', 'made-up users planted in half of the models', { default: 32, min: 2 }),
    network: flag(
      'also models whose whole network learned, fast: what an attack finds where nothing is done against it',
    ),
    seed: integer('N', 'of halves, planted users and noise', { default: 0 }),
    out: text('FOLDER', 'where metrics and page go', { default: 'privacy-audit' }),
  },
  async run(context, _args, options) {
    if (options.trainEnd !== undefined && !isDay(options.trainEnd))
      throw new Usage(`--train-end ${options.trainEnd} is not a day; write it as YYYY-MM-DD`);
    const python = await ensurePython(context.progress);
    const source = await readActionSource(context, options);
    using out = createOutFolder(context.resolve(options.out));
    const scratch = mkdtempSync(join(tmpdir(), 'audit-'));
    try {
      const data = join(scratch, 'data');
      const publicWords = publicWordsOf(SHIPPED);
      const log = writeTrainingSet(context, source, data, { activeDays: options.activeDays, seed: 0, publicWords });
      const trainEnd = options.trainEnd === undefined ? [] : ['--train-end', String(dayNumber(options.trainEnd))];
      const numbers = (name: string, values: string[] | undefined) => (values ? [name, ...values] : []);
      const found = await runTraining(
        context,
        python,
        [
          ...[data, '--init', SHIPPED, '--models', String(options.models), '--planted', String(options.planted)],
          ...['--seed', String(options.seed), '--cost-seeds', String(options.seeds), ...trainEnd],
          ...numbers('--epsilon', options.epsilon),
          ...numbers('--cost-epsilon', options.costEpsilon),
          ...(options.network ? ['--network'] : []),
        ],
        'audit.py',
      );
      const { users, actions, firstDay, lastDay } = log;
      const name = source.file === null ? 'the store' : basename(source.file);
      const audit = { data: { file: name, users, actions, firstDay, lastDay }, ...found } as unknown as Audit;
      writeFileSync(join(out.path, 'metrics.json'), `${JSON.stringify(audit, null, 1)}\n`);
      writeFileSync(join(out.path, 'index.html'), pageOf(audit));
      out.finish();
      context.print(`metrics and a page to read: ${join(context.resolve(options.out), 'index.html')}`);
      return { ...audit };
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
});
