/** Why the score says what it says: what the user did, in words, with what each of it moved. */
import type { TimingReply } from '../../functions/timing/contract.ts';
import { percent, points } from '../format.ts';
import { useApi } from '../session.ts';
import { Hint } from './hint.tsx';

type Reasons = NonNullable<TimingReply['reasons']>;

export function ReasonsCard({ pseudonym, day }: { pseudonym: string; day?: string }) {
  const { data, problem, loading, again } = useApi(`reasons ${pseudonym} ${day ?? ''}`, (api) =>
    api.call('GET /v1/users/{userId}/timing', { path: { userId: `~${pseudonym}` }, query: { day, explain: true } }),
  );
  const reasons = data?.reasons ?? [];
  return (
    <section class="card" aria-labelledby="reasons-title" aria-busy={loading}>
      <h2 id="reasons-title">Why</h2>
      {problem ? (
        <p class="muted" role="alert">
          The model cannot be asked at the moment.{' '}
          <button type="button" class="quiet" onClick={again}>
            Try again
          </button>
        </p>
      ) : loading ? (
        <p class="muted" role="status">
          Asking the model …
        </p>
      ) : reasons.length === 0 ? (
        <p class="muted">Nothing of what is kept moves the probability.</p>
      ) : (
        <>
          <p class="muted">What moved the probability of buying within 7 days, in percentage points.</p>
          <div class="split even reasons">
            <ReasonList title="Raises it" list={reasons.filter(({ effect }) => effect['7d'] > 0)} all={reasons} />
            <ReasonList title="Lowers it" list={reasons.filter(({ effect }) => effect['7d'] < 0)} all={reasons} />
          </div>
          {data?.explained && <Sum explained={data.explained} />}
        </>
      )}
    </section>
  );
}

function ReasonList({ title, list, all }: { title: string; list: Reasons; all: Reasons }) {
  const greatest = Math.max(...all.map(({ effect }) => Math.abs(effect['7d'])));
  return (
    <div>
      <h3>{title}</h3>
      {list.length === 0 ? (
        <p class="muted">Nothing.</p>
      ) : (
        <ul class="likely">
          {list.map(({ text, effect }) => (
            <li key={text} data-testid="reason">
              <span class="likely-name">{text}</span>
              <span class="likely-value">{points(effect['7d'])}</span>
              <span class="meter-track" aria-hidden="true">
                <span style={{ width: `${(Math.abs(effect['7d']) / greatest) * 100}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Sum({ explained }: { explained: NonNullable<TimingReply['explained']> }) {
  const { probability, without, remainder } = explained['7d'];
  return (
    <p class="muted small">
      Without all of this it would be {percent(without)}; with it, it is {percent(probability)}.{' '}
      <Hint text="Each reason is left out alone, so what several of them say together is counted in none, or in each: this is the difference.">
        Not told apart
      </Hint>
      : {points(remainder)}.
    </p>
  );
}
