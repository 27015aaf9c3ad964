import { isDay } from '../../core/time.ts';
import { loadNightlyHandlers, runNightly } from '../../local/nightly-runner.ts';
import { withStore } from '../../local/store-access.ts';
import { dataOption, defineCommand, Failure, flag, text, Usage } from '../framework.ts';

export default defineCommand({
  name: 'nightly',
  summary: 'Scores every active user as of the first instant of a day; a run that was interrupted is resumed.',
  options: {
    day: text('YYYY-MM-DD', 'day of the run, itself excluded (default: today in the shop’s time zone)'),
    restart: flag('score users again that a run of the day has scored; the model is asked only where that is needed'),
    bundle: text('FOLDER', 'model bundle (default: the shipped one, or that of the running system)'),
    data: dataOption,
  },
  async run(context, _args, { day, restart, bundle, data }) {
    if (day !== undefined && !isDay(day)) throw new Usage(`--day ${day} is not a day; write it as YYYY-MM-DD`);
    const started = performance.now();
    const store = {
      mustExist: true,
      bundle: bundle && context.resolve(bundle),
      progress: context.progress,
    };
    return withStore(context.resolve(data), store, async (deps) => {
      const today = deps.zone.dayOf(deps.clock());
      if (day !== undefined && day > today) {
        throw new Failure(`${day} is not over yet: today is ${today} in ${deps.zone.name}`, 'name today or a past day');
      }
      const { finish, shards, failedShards } = await runNightly(await loadNightlyHandlers(), {
        day,
        restart,
        progress: context.progress,
        onFailure: (step, attempt, error) => {
          if (context.verbose) context.print(`${step}, attempt ${attempt}: ${(error as Error).stack ?? error}`);
        },
      });
      const sum = (value: (shard: (typeof shards)[number]) => number) =>
        shards.reduce((total, shard) => total + value(shard), 0);
      const result = {
        day: finish.day,
        activeUsers: finish.activeUsers,
        modelCalls: sum((shard) => shard.modelCalls),
        modelRequests: sum((shard) => shard.modelRequests),
        scored: sum((shard) => shard.scored),
        alreadyScored: sum((shard) => shard.alreadyScored),
        failed: finish.failed,
        failedShards: finish.failedShards,
        seconds: Math.round(performance.now() - started) / 1000,
        modelVersion: finish.modelVersion,
      };
      context.print(
        `${result.day}: ${result.activeUsers} active users, ${result.scored} scored, ${result.alreadyScored} were already, ` +
          `${result.modelCalls} by the model, in ${result.seconds} s`,
      );
      if (result.scored === 0 && result.alreadyScored > 0) {
        context.print('the day was scored before; --restart scores it again, with what has arrived since');
      }
      if (failedShards.length > 0) {
        throw new Failure(
          `${failedShards.length} shards failed, with ${finish.failed} users (${failedShards[0]?.reason})`,
          'run the command again: it scores only what is missing',
        );
      }
      return result;
    });
  },
});
