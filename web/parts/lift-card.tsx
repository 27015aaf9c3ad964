/** Purchases of those who were written to against those who were held out. */
import { useState } from 'preact/hooks';
import type { Lift, LiftGroup } from '../../client/index.ts';
import { count, fullDay, percent } from '../format.ts';
import { useApi } from '../session.ts';
import { Hint } from './hint.tsx';

const DAYS = [7, 14, 30];

export function LiftCard({ name }: { name: string }) {
  const [days, setDays] = useState(14);
  const { data, problem, loading, again } = useApi(`lift ${name} ${days}`, (api) =>
    api.call('GET /v1/audiences/{name}/lift', { path: { name }, query: { days } }),
  );
  return (
    <section class="card" aria-labelledby="lift-title" aria-busy={loading}>
      <div class="card-head">
        <h2 id="lift-title">What writing to them brings about</h2>
        <label class="inline-field">
          <span>Purchases within</span>
          <select value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))}>
            {DAYS.map((each) => (
              <option key={each} value={String(each)}>
                {each} days
              </option>
            ))}
          </select>
        </label>
      </div>
      {problem && !loading ? (
        <p role="alert">
          {problem.message}{' '}
          <button type="button" class="quiet" onClick={again}>
            Try again
          </button>
        </p>
      ) : data ? (
        <LiftResult lift={data} />
      ) : (
        <p class="muted">Loading …</p>
      )}
    </section>
  );
}

function LiftResult({ lift }: { lift: Lift }) {
  const { treated, heldOut, difference, from, to, days } = lift;
  const most = Math.max(0.01, treated.rate?.high ?? 0, heldOut.rate?.high ?? 0);
  return (
    <>
      <p class="muted">{verdict(lift)}</p>
      {(treated.rate || heldOut.rate) && (
        <dl class="rates">
          <Rate name="Could be written to" group={treated} most={most} />
          <Rate name="Held out" group={heldOut} most={most} />
          {difference && (
            <div>
              <dt>
                <Hint text="Rate of those who could be written to less that of those held out; the interval holds the true difference in 95 of 100 cases.">
                  Difference
                </Hint>
              </dt>
              <dd data-testid="lift-difference">
                <strong>{points(difference.value)}</strong>{' '}
                <span class="muted">
                  {points(difference.low)} to {points(difference.high)}
                </span>
              </dd>
            </div>
          )}
        </dl>
      )}
      {from && to && (
        <p class="muted small">
          Users who came in from {fullDay(from)} to {fullDay(to)}, each followed for {days} days.
        </p>
      )}
    </>
  );
}

function verdict({ difference, treated, heldOut, days, holdout }: Lift): string {
  if (!difference) {
    if (holdout === 0 && heldOut.users === 0) return 'Nobody is held out, so there is nothing to compare with.';
    if (treated.users + heldOut.users === 0) return `Nobody has been in it for ${days} days yet.`;
    return 'There are not users on both sides yet.';
  }
  if (difference.low > 0) return 'Those who could be written to bought more often, beyond chance.';
  if (difference.high < 0) return 'Those who could be written to bought less often, beyond chance.';
  return 'No difference beyond chance so far; more users or a larger holdout would show a smaller one.';
}

function Rate({ name, group, most }: { name: string; group: LiftGroup; most: number }) {
  const { rate, users, buyers } = group;
  const at = (value: number) => `${(value / most) * 100}%`;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{rate ? percent(rate.value) : '–'}</strong>{' '}
        <span class="muted">
          {count(buyers)} of {count(users)} bought
        </span>
        {rate && (
          <span class="rate-bar" aria-hidden="true">
            <span class="rate-range" style={{ left: at(rate.low), width: at(rate.high - rate.low) }} />
            <span class="rate-value" style={{ left: at(rate.value) }} />
          </span>
        )}
      </dd>
    </div>
  );
}

/** A difference of shares in percentage points. */
function points(value: number): string {
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  return `${sign}${(Math.abs(value) * 100).toFixed(1)}\u00a0points`;
}
