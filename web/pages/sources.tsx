/** Sources: what came in on a day, by source, and what was refused last. */
import type { Reject, Source } from '../../client/index.ts';
import { isDay } from '../../core/time.ts';
import { count, fullDay, plural } from '../format.ts';
import { Hint } from '../parts/hint.tsx';
import { Loading, ProblemNotice } from '../parts/states.tsx';
import { WideTable } from '../parts/wide-table.tsx';
import { go } from '../route.ts';
import { useApi } from '../session.ts';

export function SourcesPage({ day }: { day?: string | undefined }) {
  const counts = useApi(`sources ${day ?? ''}`, (api) => api.call('GET /v1/sources', { query: { day } }));
  const refused = useApi('rejects', (api) => api.call('GET /v1/sources/rejects'));
  const failed = [counts, refused].find(({ problem, loading }) => problem && !loading);
  if (failed?.problem) return <ProblemNotice problem={failed.problem} onAgain={failed.again} />;
  if (!counts.data || !refused.data) return <Loading what="what came in" />;
  const { sources } = counts.data;
  const accepted = sources.reduce((sum, source) => sum + source.accepted, 0);
  return (
    <div class="page" aria-busy={counts.loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">What came in on</p>
          <h1>{fullDay(counts.data.day)}</h1>
        </div>
        <label class="inline-field">
          <span>Day</span>
          <input
            type="date"
            value={counts.data.day}
            onChange={({ currentTarget: { value } }) => go({ page: 'sources', ...(isDay(value) && { day: value }) })}
          />
        </label>
      </div>
      {sources.length === 0 ? (
        <section class="card empty">
          <h2>Nothing came in on this day</h2>
          <p class="muted">
            Point a Segment-compatible client at this host with a write key. A log that was imported from a file is not
            counted here.
          </p>
        </section>
      ) : (
        <>
          <p class="lede">
            <strong data-testid="accepted">{plural(accepted, 'event')}</strong> from {plural(sources.length, 'source')}.
          </p>
          <SourceTable sources={sources} />
        </>
      )}
      <Rejects rejects={refused.data.rejects} />
    </div>
  );
}

function SourceTable({ sources }: { sources: Source[] }) {
  const heads: [name: string, explain: string][] = [
    ['Accepted', 'Events taken, duplicates apart.'],
    ['Duplicates', 'Events that were there already, by their message id.'],
    ['Late', 'Events of an earlier day; their users are scored again.'],
    ['Without action', 'Events that stand for no action, such as a name that is not known.'],
    ['Dropped', 'Taken and not stored: bots, own traffic, users who asked to be forgotten.'],
    ['Refused', 'Events that could not be read; why is below.'],
  ];
  return (
    <section class="card table-card" aria-label="Sources">
      <WideTable label="Table of sources">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Source</th>
              {heads.map(([name, explain]) => (
                <th key={name} scope="col" class="number">
                  <Hint text={explain}>{name}</Hint>
                </th>
              ))}
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.source}>
                <th scope="row">{source.source}</th>
                <td class="number">{count(source.accepted)}</td>
                <td class="number">{count(source.duplicates)}</td>
                <td class="number">{count(source.late)}</td>
                <td class="number">{count(source.withoutAction)}</td>
                <td class="number">
                  <ByCode counts={source.dropped} />
                </td>
                <td class="number">
                  <ByCode counts={source.rejected} />
                </td>
                <td class="nowrap">{source.lastAt ? moment.format(new Date(source.lastAt)) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
    </section>
  );
}

/** The sum, and each code with its count when pointed at. */
function ByCode({ counts }: { counts: Record<string, number> }) {
  const codes = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  const sum = codes.reduce((total, [, each]) => total + each, 0);
  if (sum === 0) return <>0</>;
  return <Hint text={`${codes.map(([code, each]) => `${code}: ${count(each)}`).join('; ')}.`}>{count(sum)}</Hint>;
}

function Rejects({ rejects }: { rejects: Reject[] }) {
  return (
    <section class="card" aria-labelledby="rejects-title">
      <h2 id="rejects-title">Last refused</h2>
      {rejects.length === 0 ? (
        <p class="muted">Nothing has been refused.</p>
      ) : (
        <ol class="rejects">
          {rejects.map((reject) => (
            <li key={`${reject.requestId} ${reject.index ?? ''} ${reject.at}`}>
              <p>
                <strong>{reject.message.charAt(0).toUpperCase() + reject.message.slice(1)}.</strong>{' '}
                <code>{reject.code}</code>
              </p>
              <p class="muted small">
                {reject.source}, {reject.route}
                {reject.index !== undefined && `, event ${reject.index}`},{' '}
                <time dateTime={reject.at}>{moment.format(new Date(reject.at))}</time>
              </p>
              {reject.body !== undefined && (
                <details>
                  <summary>Shape of the event</summary>
                  <pre>
                    <code>{JSON.stringify(reject.body, null, 2)}</code>
                  </pre>
                </details>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Of the reader's own clock. */
const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
