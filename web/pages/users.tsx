/** Users of one band, the most probable first, a page at a time. */

import { BANDS, type Band } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';
import { count, fullDay } from '../format.ts';
import { DayPicker } from '../parts/day-picker.tsx';
import { Loading, NoDataYet, ProblemNotice } from '../parts/states.tsx';
import { UserTable } from '../parts/user-table.tsx';
import { go, hrefOf } from '../route.ts';
import { useApi } from '../session.ts';

const PAGE = 25;

interface UsersPageProps {
  band: Band;
  day?: string;
  cursor?: string;
}

export function UsersPage({ band, day, cursor }: UsersPageProps) {
  const overview = useApi(`overview ${day ?? ''}`, (api) => api.call('GET /v1/overview', { query: { day } }));
  const list = useApi(`audience ${band} ${day ?? ''} ${cursor ?? ''}`, (api) =>
    api.call('GET /v1/audiences/{name}', { path: { name: band }, query: { day, cursor, limit: PAGE } }),
  );
  const failed = [overview, list].find(({ problem, loading }) => problem && !loading);
  if (failed?.problem) {
    if (failed.problem.status === 404 && !day) return <NoDataYet problem={failed.problem} />;
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
        <UserTable
          users={list.data.users}
          label={`Users in band ${BAND_WORDS[band].title}`}
          shownDay={shownDay}
          linkDay={day}
        />
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
