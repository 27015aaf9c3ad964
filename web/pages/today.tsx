/** Today: whom the shop can expect, as bands, as probabilities and as days. */
import type { Overview } from '../../client/index.ts';
import { count, longDay, percent, plural } from '../format.ts';
import { BandCards } from '../parts/band-cards.tsx';
import { DayPicker } from '../parts/day-picker.tsx';
import { ExpectedChart, ProbabilityChart } from '../parts/overview-charts.tsx';
import { RunFacts } from '../parts/run-facts.tsx';
import { Loading, NoDataYet, ProblemNotice } from '../parts/states.tsx';
import { WindowsOpening } from '../parts/windows-opening.tsx';
import { go } from '../route.ts';
import { useApi } from '../session.ts';

export function TodayPage({ day }: { day?: string }) {
  const { data, problem, loading, again } = useApi(`overview ${day ?? ''}`, (api) =>
    api.call('GET /v1/overview', { query: { day } }),
  );
  const before = data?.days[data.days.indexOf(data.day) - 1];
  const earlier = useApi(`overview ${before ?? 'none'}`, async (api) =>
    before ? api.call('GET /v1/overview', { query: { day: before } }) : undefined,
  );
  if (problem && !loading) {
    if (problem.status === 404 && !day) return <NoDataYet problem={problem} />;
    return <ProblemNotice problem={problem} onAgain={again} />;
  }
  if (!data) return <Loading what="today's numbers" />;
  if (data.users === 0 && data.days.length <= 1) return <NoDataYet />;
  return (
    <div class="page" aria-busy={loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">{isLatest(data) ? 'Latest run' : 'A past run, as it was given then'}</p>
          <h1>{longDay(data.day)}</h1>
        </div>
        <DayPicker day={data.day} days={data.days} onDay={(chosen) => go({ page: 'today', day: chosen })} />
      </div>
      <Lede overview={data} />
      <BandCards overview={data} before={earlier.data} linkDay={day} />
      <WindowsOpening day={data.day} linkDay={day} />
      <div class="split">
        <section class="card" aria-labelledby="expected-title">
          <h2 id="expected-title">When the next purchase is expected</h2>
          <p class="muted">Users by the middle day of their next purchase, given that one comes within 90 days.</p>
          <ExpectedChart overview={data} />
        </section>
        <section class="card" aria-labelledby="probability-title">
          <h2 id="probability-title">Probability of buying within 7 days</h2>
          <p class="muted">
            Users by probability. The dashed line is this shop's usual 30-day rate, {percent(data.theta)}.
          </p>
          <ProbabilityChart overview={data} />
        </section>
      </div>
      <RunFacts overview={data} />
    </div>
  );
}

function isLatest({ day, days }: Overview): boolean {
  return day === days.at(-1);
}

/** Bands compare with what is usual in this shop; the sentence says so, instead of calling 8 % likely. */
function Lede({ overview: { bands } }: { overview: Overview }) {
  const { now, soon } = bands;
  const usual = "as the shop's users usually are within 30";
  if (now + soon === 0) return <p class="lede">No user is as likely to buy within 7 days {usual}.</p>;
  const are = (number: number) => (number === 1 ? 'is' : 'are');
  if (now === 0 || soon === 0) {
    return (
      <p class="lede">
        <strong>{plural(now + soon, 'user')}</strong> {are(now + soon)} as likely to buy within {now > 0 ? 3 : 7} days{' '}
        {usual}.
      </p>
    );
  }
  return (
    <p class="lede">
      <strong>{plural(now, 'user')}</strong> {are(now)} as likely to buy within 3 days {usual}.{' '}
      <strong>{count(soon)} more</strong> {are(soon)} so within 7 days.
    </p>
  );
}
