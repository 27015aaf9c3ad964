/** What was learned from the shop's outcomes, and whether the shop has changed. */
import type { Reply } from '../../client/index.ts';
import { count, fullDay, percent, plural } from '../format.ts';
import { readWord } from '../words.ts';
import { Hint } from './hint.tsx';

type Quality = Reply<'GET /v1/quality'>;

export function CorrectionCard({ correction }: Pick<Quality, 'correction'>) {
  const on = correction && correction.horizons.length > 0;
  return (
    <section class="card" aria-labelledby="correction-title">
      <h2 id="correction-title">
        <Hint text="A small recalibration per horizon, learned from this shop's own outcomes and used only where it helps.">
          Correction
        </Hint>
      </h2>
      {!correction ? (
        <p class="muted">Nothing is corrected yet: no outcome of this shop has been looked at.</p>
      ) : !on ? (
        <p class="muted">Nothing is corrected{correction.evidence.reason && `: ${correction.evidence.reason}`}.</p>
      ) : (
        <>
          <p class="muted">
            Version {correction.version}, from {plural(correction.evidence.users, 'user')} and what they did before{' '}
            {fullDay(correction.asOf)}.
          </p>
          <table class="rows plain">
            <thead>
              <tr>
                <th scope="col">Horizon</th>
                <th scope="col" class="number">
                  Forecasts
                </th>
                <th scope="col" class="number">
                  <Hint text="Log-loss of the model alone; lower is better.">Before</Hint>
                </th>
                <th scope="col" class="number">
                  <Hint text="Log-loss with the correction, on users it was not learned from.">After</Hint>
                </th>
              </tr>
            </thead>
            <tbody>
              {correction.evidence.horizons.map(({ days, n, before, after }) => (
                <tr key={days}>
                  <th scope="row">{plural(days, 'day')}</th>
                  <td class="number">{count(n)}</td>
                  <td class="number">{before.toFixed(4)}</td>
                  <td class="number">{after.toFixed(4)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

export function DriftCard({ drift }: Pick<Quality, 'drift'>) {
  return (
    <section class="card" aria-labelledby="drift-title">
      <h2 id="drift-title">
        <Hint text="Population stability index of action words: below 0.1 the shop is steady, above 0.25 it is another one.">
          Drift
        </Hint>
      </h2>
      {!drift ? (
        <p class="muted">There is nothing to compare with yet.</p>
      ) : (
        <>
          <p class={drift.alarm ? 'warning' : 'muted'} role={drift.alarm ? 'alert' : undefined}>
            {drift.alarm ? 'Users do other things than before' : 'Users do what they did'}: the index is{' '}
            <strong>{drift.psi.toFixed(3)}</strong>, the week before {fullDay(drift.to)} against the four before{' '}
            {fullDay(drift.from)}.
          </p>
          {drift.words.length > 0 && (
            <table class="rows plain">
              <thead>
                <tr>
                  <th scope="col">Moved most</th>
                  <th scope="col" class="number">
                    Before
                  </th>
                  <th scope="col" class="number">
                    Now
                  </th>
                </tr>
              </thead>
              <tbody>
                {drift.words.slice(0, 6).map(({ word, before, now }) => {
                  const { verb, category } = readWord(word);
                  return (
                    <tr key={word}>
                      <th scope="row">
                        {verb} {category}
                      </th>
                      <td class="number">{percent(before)}</td>
                      <td class="number">{percent(now)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          )}
        </>
      )}
    </section>
  );
}
