/** One audience: who is in it, how it grew, its download, and what treating it brought about. */
import { useState } from 'preact/hooks';
import { BANDS } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';
import { count, fullDay, percent } from '../format.ts';
import { HistoryChart } from '../parts/history-chart.tsx';
import { LiftCard } from '../parts/lift-card.tsx';
import { Loading, ProblemNotice } from '../parts/states.tsx';
import { UserTable } from '../parts/user-table.tsx';
import { go, hrefOf } from '../route.ts';
import { ruleText } from '../rules.ts';
import { failureText, saveAs } from '../save.ts';
import { useApi, useSession } from '../session.ts';
import { sentence } from './audiences.tsx';

const PAGE = 25;

export function AudiencePage({ name, cursor }: { name: string; cursor?: string | undefined }) {
  const list = useApi(`audience ${name} ${cursor ?? ''}`, (api) =>
    api.call('GET /v1/audiences/{name}', { path: { name }, query: { cursor, limit: PAGE } }),
  );
  const all = useApi('audiences', (api) => api.call('GET /v1/audiences'));
  const failed = [list, all].find(({ problem, loading }) => problem && !loading);
  if (failed?.problem) return <ProblemNotice problem={failed.problem} onAgain={failed.again} />;
  if (!list.data || !all.data) return <Loading what="this audience" />;
  const { day, users, next, count: size, heldOut, history = [] } = list.data;
  const summary = all.data.audiences.find((each) => each.name === name);
  const band = BANDS.find((each) => each === name);
  return (
    <div class="page" aria-busy={list.loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">
            <a href={hrefOf({ page: 'audiences' })}>Audiences</a>
          </p>
          <h1>{band ? `Band ${BAND_WORDS[band].title}` : name}</h1>
          <p class="muted">
            {band ? BAND_WORDS[band].explain(undefined) : summary?.rule ? sentence(ruleText(summary.rule)) : ''}
          </p>
        </div>
        <AudienceButtons name={name} day={day} rule={summary?.rule} />
      </div>
      <div class={history.length > 1 ? 'split' : 'page'}>
        <section class="card" aria-labelledby="size-title">
          <h2 id="size-title">Users on {fullDay(day)}</h2>
          <dl class="facts">
            <div>
              <dt>To write to</dt>
              <dd class="figure" data-testid="audience-count">
                {count(size)}
              </dd>
            </div>
            <div>
              <dt>Held out</dt>
              <dd class="figure" data-testid="audience-held-out">
                {count(heldOut)}
              </dd>
              <dd class="muted note">{percent(summary?.holdout ?? 0)} of the audience, never downloaded</dd>
            </div>
          </dl>
        </section>
        {history.length > 1 && (
          <section class="card" aria-labelledby="history-title">
            <h2 id="history-title">How many there were</h2>
            <HistoryChart history={history} />
          </section>
        )}
      </div>
      {users.length === 0 ? (
        <div class="card empty">
          <h2>No user is in this audience {cursor ? 'on this page' : 'today'}</h2>
          <p class="muted">It is put together anew with every nightly run.</p>
        </div>
      ) : (
        <UserTable users={users} shownDay={day} label={`Users in audience ${name}`} />
      )}
      <div class="pager">
        {cursor ? (
          <a class="button" href={hrefOf({ page: 'audience', name })}>
            First page
          </a>
        ) : (
          <span />
        )}
        {next && (
          <a class="button" href={hrefOf({ page: 'audience', name, cursor: next })}>
            Next {PAGE}
          </a>
        )}
      </div>
      <LiftCard name={name} />
    </div>
  );
}

function AudienceButtons({ name, day, rule }: { name: string; day: string; rule: unknown }) {
  const { api, asAdmin } = useSession();
  const [failure, setFailure] = useState<string>();
  const [sure, setSure] = useState(false);
  const attempt = (act: () => Promise<unknown>) => () => {
    setFailure(undefined);
    act().catch((error: unknown) => setFailure(failureText(error)));
  };
  const download = attempt(async () =>
    saveAs(
      await api.request('GET /v1/audiences/{name}', { path: { name }, query: { day } }, 'text/csv'),
      `${name}-${day}.csv`,
    ),
  );
  const remove = attempt(async () => {
    await asAdmin((client) => client.call('DELETE /v1/audiences/{name}', { path: { name } }));
    go({ page: 'audiences' });
  });
  return (
    <div class="page-buttons">
      <p class="buttons">
        {rule !== undefined && (
          <>
            <a class="button" href={hrefOf({ page: 'build', rule: JSON.stringify(rule) })}>
              Build on it
            </a>
            <button
              type="button"
              class="quiet"
              onClick={sure ? remove : () => setSure(true)}
              onBlur={() => setSure(false)}
            >
              {sure ? 'Delete for good' : 'Delete'}
            </button>
          </>
        )}
        <button type="button" class="primary" onClick={download}>
          Download CSV
        </button>
      </p>
      {failure && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}
