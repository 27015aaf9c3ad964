/** What the nightly run did: which model, how many users, what it cost in model calls. */
import type { OverviewReply } from '../../functions/overview/contract.ts';
import { count, fullDay, percent, plural, timeIn } from '../format.ts';
import { type Fact, FactList } from './fact-list.tsx';

export function RunFacts({ overview }: { overview: OverviewReply }) {
  const { run, users, day, timeZone } = overview;
  const facts: Fact[] = [
    {
      name: 'Run for',
      value: fullDay(day),
      note: timeZone,
      explain: 'The run reads what users did before this day began in the shop’s time zone, never the day itself.',
    },
    {
      name: 'Finished',
      value: timeIn(timeZone)(run.finishedAt),
      note: `after ${run.seconds < 1 ? 'under a second' : plural(Math.round(run.seconds), 'second')}`,
      explain: 'Time of day in the shop’s time zone, and how long the run took from plan to finish.',
    },
    {
      name: 'Users scored',
      value: count(run.scored),
      explain: 'Users active in the 90 days before the day; each has a fresh score.',
    },
    {
      name: 'Model calls',
      value: count(run.modelCalls),
      note: users > 0 ? `${percent(run.modelCalls / users)} of users` : undefined,
      explain: 'Users whose forecast the model made anew; a user who did nothing since needs none.',
    },
    {
      name: 'Usual rate',
      value: percent(overview.theta),
      note: 'within 30 days',
      explain: 'Share of active users who buy within 30 days, measured on this shop; it divides the bands.',
    },
    {
      name: 'Model',
      value: run.modelVersion,
      note: run.correction > 0 ? `correction ${run.correction}` : undefined,
      explain: 'Version of the model bundle whose forecasts these scores come from.',
    },
  ];
  return (
    <section class="card" aria-labelledby="run-title">
      <h2 id="run-title">The run behind these numbers</h2>
      {run.failed > 0 && (
        <p class="warning" role="alert">
          {plural(run.failed, 'user')} in {plural(run.failedShards.length, 'shard')} could not be scored. Run{' '}
          <code>npm run nightly -- --day {day}</code> to try those again.
        </p>
      )}
      <FactList facts={facts} />
    </section>
  );
}
