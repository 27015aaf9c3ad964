/** Users of one band, the most probable first, a page at a time. */

import { BANDS, type Band } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';
import { count, fullDay, percent, shortDay, shortName } from '../format.ts';
import { DayPicker } from '../parts/day-picker.tsx';
import { Hint } from '../parts/hint.tsx';
import { Interval, IntervalScale } from '../parts/interval.tsx';
import { Meter } from '../parts/meter.tsx';
import { Loading, NoDataYet, ProblemNotice } from '../parts/states.tsx';
import { go, hrefOf } from '../route.ts';
import { useApi } from '../session.ts';

const PAGE = 25;
const SIDE_HORIZONS = ['1d', '3d', '14d', '30d'] as const;

interface UsersPageProps {
  band: Band;
  day?: string;
  cursor?: string;
}

export function UsersPage({ band, day, cursor }: UsersPageProps) {
  const overview = useApi(`overview ${day ?? ''}`, (api) => api.overview(day));
  const list = useApi(`audience ${band} ${day ?? ''} ${cursor ?? ''}`, (api) =>
    api.audience(band, { day, cursor, limit: PAGE }),
  );
  const failed = [overview, list].find(({ problem, loading }) => problem && !loading);
  if (failed?.problem) {
    if (failed.problem.status === 404 && !day) return <NoDataYet />;
    return <ProblemNotice problem={failed.problem} onAgain={failed.again} />;
  }
  if (!overview.data || !list.data) return <Loading what="users" />;
  const { bands, days, theta } = overview.data;
  const shownDay = list.data.day;
  return (
    <div class="page" aria-busy={list.loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">Scores of {fullDay(shownDay)}</p>
          <h1>Users by band</h1>
        </div>
        <DayPicker day={shownDay} days={days} onDay={(chosen) => go({ page: 'users', band, day: chosen })} />
      </div>
      <nav class="tabs" aria-label="Bands">
        {BANDS.map((name) => (
          <a
            key={name}
            href={hrefOf({ page: 'users', band: name, day })}
            aria-current={name === band ? 'page' : undefined}
          >
            <span class="swatch" data-band={name} aria-hidden="true" />
            {BAND_WORDS[name].title} <span class="muted">{count(bands[name])}</span>
          </a>
        ))}
      </nav>
      <p class="muted">{BAND_WORDS[band].explain(theta)}</p>
      {list.data.users.length === 0 ? (
        <div class="card empty">
          <h2>No user is in this band {cursor ? 'on this page' : 'on this day'}</h2>
          <p class="muted">Another band or another day has more to show.</p>
        </div>
      ) : (
        <div class="card table-card">
          <table class="users">
            <caption class="unseen">
              Users in band {BAND_WORDS[band].title}, most probable first, scores of {fullDay(shownDay)}
            </caption>
            <thead>
              <tr>
                <th scope="col">User</th>
                <th scope="col">
                  <Hint text="Probability of at least one purchase within 7 days from the beginning of this day.">
                    Within 7 days
                  </Hint>
                </th>
                {SIDE_HORIZONS.map((horizon) => (
                  <th key={horizon} scope="col" class="number wide-only">
                    <abbr title={`Probability of a purchase within ${horizon.slice(0, -1)} days`}>
                      {horizon.replace('d', '\u202fd')}
                    </abbr>
                  </th>
                ))}
                <th scope="col">
                  <Hint text="Middle day of the next purchase, given that one comes within 90 days; the line holds 80 % of the cases.">
                    Expected
                  </Hint>
                </th>
                <th scope="col" class="scale-column middle-only">
                  <span class="unseen">Interval</span>
                  <IntervalScale />
                </th>
                <th scope="col" class="middle-only">
                  <Hint text="The few days in which a purchase is most probable: the best moment to write.">
                    Best window
                  </Hint>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.users.map(({ user, probability, expected, bestWindow }) => (
                <tr key={user}>
                  <th scope="row">
                    <a class="mono" href={hrefOf({ page: 'user', pseudonym: user, day })}>
                      {shortName(user)}
                    </a>
                  </th>
                  <td>
                    <Meter value={probability['7d']} band={band} />
                  </td>
                  {SIDE_HORIZONS.map((horizon) => (
                    <td key={horizon} class="number wide-only">
                      {percent(probability[horizon])}
                    </td>
                  ))}
                  <td class="nowrap">
                    {shortDay(expected.date)}
                    <span class="narrow-only muted">
                      {shortDay(expected.low)} – {shortDay(expected.high)}
                    </span>
                  </td>
                  <td class="scale-column middle-only">
                    <Interval day={shownDay} expected={expected} window={bestWindow} />
                  </td>
                  <td class="nowrap middle-only">
                    {shortDay(bestWindow.from)} – {shortDay(bestWindow.to)}{' '}
                    <span class="muted">{percent(bestWindow.probability)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div class="pager">
        {cursor ? (
          <a class="button" href={hrefOf({ page: 'users', band, day })}>
            First page
          </a>
        ) : (
          <span />
        )}
        {list.data.next && (
          <a class="button" href={hrefOf({ page: 'users', band, day, cursor: list.data.next })}>
            Next {PAGE}
          </a>
        )}
      </div>
    </div>
  );
}
