/** One user: when they will buy, why, what next, and everything they did. */
import { BAND_WORDS } from '../bands.ts';
import { fullDay, shortName } from '../format.ts';
import { BandBadge } from '../parts/band.tsx';
import { DayPicker } from '../parts/day-picker.tsx';
import { LikelyList } from '../parts/likely-list.tsx';
import { ProfileCard } from '../parts/profile-card.tsx';
import { ReasonsCard } from '../parts/reasons-card.tsx';
import { Loading, NextRun, ProblemNotice } from '../parts/states.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { SilenceChart, WithinChart } from '../parts/user-charts.tsx';
import { UserOutlook } from '../parts/user-outlook.tsx';
import { go } from '../route.ts';
import { useApi } from '../session.ts';
import { readWord } from '../words.ts';

const LISTED = 5;

export function UserPage({ pseudonym, day }: { pseudonym: string; day?: string }) {
  const timing = useApi(`timing ${pseudonym} ${day ?? ''}`, (api) =>
    api.call('GET /v1/users/{userId}/timing', { path: { userId: `~${pseudonym}` }, query: { day, curves: true } }),
  );
  const overview = useApi(`overview ${day ?? ''}`, (api) => api.call('GET /v1/overview', { query: { day } }));
  const unscored = timing.problem?.type === 'not-scored';
  if (timing.problem && !timing.loading && !unscored) {
    return <ProblemNotice problem={timing.problem} onAgain={timing.again} />;
  }
  const score = timing.data;
  if (!score && !unscored) return <Loading what="this user" />;
  if (overview.loading) return <Loading what="this user" />;
  const days = overview.data?.days ?? [];
  const timeZone = overview.data?.timeZone ?? 'UTC';
  return (
    <div class="page" aria-busy={timing.loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">{score ? `Score of ${fullDay(score.day)}` : 'User'}</p>
          <h1 class="user-name">
            <span class="mono" title={`~${pseudonym}`}>
              {shortName(pseudonym)}
            </span>
            {score && <BandBadge band={score.band} />}
          </h1>
          {score && <p class="muted">{BAND_WORDS[score.band].explain(overview.data?.theta)}</p>}
        </div>
        {score && (
          <DayPicker day={score.day} days={days} onDay={(chosen) => go({ page: 'user', pseudonym, day: chosen })} />
        )}
      </div>
      {unscored && (
        <section class="card">
          <h2>Not scored yet</h2>
          <p class="muted">
            Users are scored every night at 04:00 in the shop's time zone
            <NextRun problem={timing.problem} />, from what they did in the 90 days before. <code>npm run nightly</code>{' '}
            scores at once; what a user did today counts from tomorrow.
          </p>
        </section>
      )}
      {score && (
        <>
          <UserOutlook timing={score} timeZone={timeZone} />
          <ReasonsCard pseudonym={pseudonym} day={day} />
          {score.curves ? (
            <div class="split even">
              <section class="card" aria-labelledby="within-title">
                <h2 id="within-title">Probability of buying by a day</h2>
                <p class="muted">At least one purchase between {fullDay(score.day)} and that day.</p>
                <WithinChart timing={score} within={score.curves.within} />
              </section>
              <section class="card" aria-labelledby="silence-title">
                <h2 id="silence-title">If the user stays silent</h2>
                <p class="muted">The score on each day to come, with no action of any kind until then.</p>
                <SilenceChart silence={score.curves.silence} />
              </section>
            </div>
          ) : (
            <p class="card muted">
              The curves are kept for the latest score only; a past day shows the score as it was given.
            </p>
          )}
        </>
      )}
      <ProfileCard pseudonym={pseudonym} />
      <div class="split side">
        <section class="card" aria-labelledby="actions-title">
          <h2 id="actions-title">What they did</h2>
          <p class="muted">Newest first, times of {timeZone}.</p>
          <Timeline pseudonym={pseudonym} timeZone={timeZone} />
        </section>
        {score && (
          <div class="stack">
            <section class="card" aria-labelledby="next-actions-title">
              <h2 id="next-actions-title">Next action</h2>
              <LikelyList
                none="The forecast names none."
                items={score.nextActions.slice(0, LISTED).map(({ word, probability }) => {
                  const { verb, category } = readWord(word, 'may');
                  return category
                    ? { key: word, verb, name: category, probability }
                    : { key: word, name: verb, probability };
                })}
              />
            </section>
            <section class="card" aria-labelledby="next-categories-title">
              <h2 id="next-categories-title">Category of the next purchase</h2>
              <LikelyList
                none="The forecast names none."
                items={score.nextCategories.slice(0, LISTED).map(({ category, probability }) => ({
                  key: category,
                  name: category || 'without category',
                  probability,
                }))}
              />
            </section>
            <p class="muted small">Scored by model {score.modelVersion}.</p>
          </div>
        )}
      </div>
    </div>
  );
}
