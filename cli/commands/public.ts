/** `npm run public`: demand or audience counts of a day that may be shown outside the shop. */
import { writeFileSync } from 'node:fs';
import { isDay } from '../../core/time.ts';
import { cell } from '../../functions/http/csv.ts';
import { createFinishedRuns } from '../../functions/runs/finished-runs.ts';
import { withStore } from '../../local/store-access.ts';
import { choice, dataOption, defineCommand, Failure, integer, positive, text, Usage } from '../framework.ts';
import { audienceCells, demandCells, releaseOf } from '../privacy/release.ts';

export default defineCommand({
  name: 'public',
  summary: 'Writes audience counts or demand with noise, so that they may be shown outside the shop (docs/privacy.md).',
  options: {
    what: choice('WHAT', ['audiences', 'demand'], 'counts of bands and audiences, or expected buyers by category', {
      required: true,
    }),
    day: text('YYYY-MM-DD', 'of the run (default: the latest with a finished run)'),
    days: integer('N', 'with demand: days from it on, taken together', { default: 7, min: 1, max: 30 }),
    epsilon: positive('E', 'what the release spends (default: 0.5)'),
    smallest: integer('N', 'counts below it are not told', { default: 20, min: 5 }),
    budget: positive('E', 'of all releases together, from now on (default: 4)'),
    out: text('FILE.csv', 'where they go', { required: true }),
    data: dataOption,
  },
  async run(context, _args, options) {
    const { what, days, smallest, epsilon = 0.5, budget } = options;
    if (options.day !== undefined && !isDay(options.day))
      throw new Usage(`--day ${options.day} is not a day; write it as YYYY-MM-DD`);
    if (!Number.isFinite(epsilon) || budget === Number.POSITIVE_INFINITY)
      throw new Usage('--epsilon and --budget are numbers: without an end there is no privacy');
    const file = context.resolve(options.out);
    const access = { mustExist: true, model: false, progress: context.progress };
    return withStore(context.resolve(options.data), access, async (deps) => {
      const finished = createFinishedRuns(deps);
      const run = await (options.day ? finished.of(options.day) : finished.latest());
      if (!run) throw new Failure('there is no finished run of that day', 'run it first: npm run nightly');
      const { cells, sensitivity } =
        what === 'audiences'
          ? await audienceCells(deps.settings, run.day)
          : await demandCells(deps.objects, run.day, days);
      const name = what === 'audiences' ? `audiences/${run.day}` : `demand/${run.day}/${days}`;
      const asked = { epsilon, sensitivity, smallest };
      const at = new Date(deps.clock()).toISOString();
      const release = await releaseOf(deps.settings, name, cells, asked, { total: budget, at });
      const rows = release.cells.map((each) => [each.name, each.count ?? `below ${release.options.smallest}`]);
      writeFileSync(file, `${[['name', 'count'], ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`);
      context.print(`${release.name} in ${file}; spent: ε ${release.spent} of ${release.total}`);
      return { ...release };
    });
  },
});
