/** Which models were live, since when, and why each took over. */
import type { Reply } from '../../client/index.ts';
import { Hint } from './hint.tsx';
import { WideTable } from './wide-table.tsx';

type Change = Reply<'GET /v1/quality'>['changes'][number];

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export function LiveModelsCard({ changes }: { changes: readonly Change[] }) {
  return (
    <section class="card" aria-labelledby="live-models-title">
      <h2 id="live-models-title">
        <Hint text="Every promotion and rollback of the model that scores are made with, the newest first.">
          Models that were live
        </Hint>
      </h2>
      {changes.length === 0 ? (
        <p class="muted">The first model is live; none has been promoted in its place.</p>
      ) : (
        <WideTable label="Table of models that were live">
          <table class="rows plain">
            <thead>
              <tr>
                <th scope="col">Since</th>
                <th scope="col">Model</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <ChangeRow key={change.at} change={change} />
              ))}
            </tbody>
          </table>
        </WideTable>
      )}
    </section>
  );
}

function ChangeRow({ change: { at, what, version, from, by, why, forced } }: { change: Change }) {
  return (
    <tr>
      <td>
        <time dateTime={at}>{moment.format(new Date(at))}</time>
      </td>
      <th scope="row">
        {version}{' '}
        <span class="muted hour">{what === 'promotion' ? `instead of ${from ?? 'none'}` : `back from ${from}`}</span>
      </th>
      <td>
        {why}{' '}
        <span class="muted hour">
          {what === 'promotion' ? 'promoted' : 'rolled back'} by {by}
          {forced && ', although the gate refused'}
        </span>
      </td>
    </tr>
  );
}
