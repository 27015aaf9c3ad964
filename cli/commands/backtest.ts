/** `npm run backtest`: trains before a day, predicts after it, and says against baselines how good that was. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ProtocolError } from '../../core/backtest/protocol.ts';
import { MappingError } from '../../core/import/mapping.ts';
import { type Day, UnknownTimeZone, zoneOf } from '../../core/time.ts';
import { BASELINES, type Baseline } from '../backtest/baselines.ts';
import { createOutFolder } from '../backtest/out-folder.ts';
import { readLog } from '../backtest/read-log.ts';
import { type Metrics, runBacktest } from '../backtest/run.ts';
import { trainSeeds } from '../backtest/train-seeds.ts';
import { choice, defineCommand, integer, list, positive, text, Usage } from '../framework.ts';
import { interruptible } from '../interruption.ts';
import { ensurePython } from '../python.ts';

export default defineCommand({
  name: 'backtest',
  summary: 'Judges forecasts on a log’s own later days, against baselines: metrics, predictions and a page to read.',
  options: {
    actions: text('FILE', 'the log, CSV or NDJSON, gzip too', { required: true }),
    map: text('MAP', 'user=COL,time=COL,type=COL,category=COL[,…], as in `import` (default: the usual names)'),
    types: text('TYPES', 'FROM=TO,…: renames the file’s types'),
    encoding: text('NAME', 'of the file (default: UTF-8, or UTF-16 where the file shows it)'),
    timeZone: text('ZONE', 'of the shop (default: SHOP_TIME_ZONE, the machine’s)'),
    trainEnd: text('DAY', 'nothing of this day or later trains anything (default: 51 days before the end, or a third)'),
    origins: list('DAYS', 'days asked about (default: weekly from --train-end)'),
    activeDays: integer('N', 'users with an action so many days before are asked about', { default: 90, min: 1 }),
    horizons: list('DAYS', 'of 1,3,7,14,30 (default: all)'),
    end: text('DAY', 'last day whose purchases count (default: last of the log)'),
    seeds: integer('N', 'trainings whose mean is judged', { default: 3, min: 1, max: 20 }),
    baselines: list('NAMES', `of ${BASELINES.join(',')} (default: all)`),
    snapshotDays: integer('N', 'days between two snapshots that baselines are trained on', { default: 7, min: 1 }),
    bundle: text('FOLDER', 'judges this bundle and trains nothing'),
    size: choice('SIZE', ['tiny', 'base', 'gpt2'], 'of the model trained (default: tiny)'),
    members: integer('N', 'members trained, blended with the bundle started from (default: what serves best)', {
      min: 1,
      max: 8,
    }),
    epochs: integer('N', 'passes over the actions, at most', { min: 1, max: 1000 }),
    init: text('FOLDER', 'bundle that training starts from; none: from nothing (default: the shipped bundle)'),
    privateEpsilon: positive(
      'E',
      'trains each seed with differential privacy (inf: the same without); what is found of it is not private',
    ),
    truth: text('FILE.csv', 'what `simulate --truth` wrote: says how much of the gap to the truth is closed'),
    out: text('FOLDER', 'where the results go', { default: 'backtest' }),
  },
  async run(context, _args, options) {
    const started = Date.now();
    const file = context.resolve(options.actions);
    const baselines = baselinesOf(options.baselines);
    try {
      const zone = zoneOf(
        options.timeZone ?? (process.env.SHOP_TIME_ZONE || Intl.DateTimeFormat().resolvedOptions().timeZone),
      );
      using out = createOutFolder(context.resolve(options.out));
      const trainings = join(out.path, 'trainings');
      let judged: { seed: number; folder: string }[] = [];
      const trainingFlags = (actions: string, timeZone: string, until: Day) => ({
        ...{ actions, timeZone, until },
        ...{ map: options.map, types: options.types, encoding: options.encoding },
        ...{ activeDays: options.activeDays, size: options.size, members: options.members, epochs: options.epochs },
        ...{ privateEpsilon: options.privateEpsilon, privateBudget: options.privateEpsilon },
        init: options.init && options.init !== 'none' ? context.resolve(options.init) : options.init,
      });
      const metrics = await interruptible('nothing was written', async () =>
        runBacktest({
          log: await readLog(file, options, zone, context.progress),
          zone,
          asked: options,
          bundles: async ({ trainEnd }) => {
            judged = options.bundle
              ? [{ seed: 0, folder: context.resolve(options.bundle) }]
              : await trainSeeds(options.seeds, trainings, trainingFlags(file, zone.name, trainEnd), context.progress);
            return judged;
          },
          baselines,
          snapshotDays: options.snapshotDays,
          truth: options.truth && context.resolve(options.truth),
          python: baselines.length > 0 ? await ensurePython(context.progress) : '',
          out: out.path,
          name: basename(file),
          started,
          progress: context.progress,
        }),
      );
      keepBundle(judged[0]!.folder, join(out.path, 'bundle'), metrics, !options.bundle);
      rmSync(trainings, { recursive: true, force: true });
      writeFileSync(join(out.path, 'metrics.json'), `${JSON.stringify(metrics, null, 1)}\n`);
      out.finish();
      context.print(metrics.verdict);
      context.print(`metrics, predictions and a page to read: ${join(context.resolve(options.out), 'index.html')}`);
      return { ...metrics };
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof MappingError || error instanceof UnknownTimeZone)
        throw new Usage(error.message);
      throw error;
    }
  },
});

function baselinesOf(names: string[] | undefined): Baseline[] {
  const unknown = names?.find((name) => !BASELINES.some((known) => known === name));
  if (unknown) throw new Usage(`--baselines ${unknown} is not one of ${BASELINES.join(', ')}`);
  return BASELINES.filter((known) => !names || names.includes(known));
}

/** The bundle of the first seed; one trained here carries what the backtest found of it. */
function keepBundle(from: string, to: string, { results, protocol, verdict }: Metrics, trained: boolean): void {
  cpSync(from, to, { recursive: true });
  if (!trained) return;
  const path = join(to, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const own = results.filter(({ seed }) => seed === 'all');
  const { trainEnd, origins, activeDays } = protocol;
  manifest.backtest = { ...manifest.backtest, verdict, trainEnd, origins, activeDays, results: own };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
