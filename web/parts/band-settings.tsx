/** θ: measured on the shop, or set by it. */
import { useState } from 'preact/hooks';
import { fullDay, percent } from '../format.ts';
import { failureText } from '../save.ts';
import { useApi, useSession } from '../session.ts';
import { PercentField } from './fields.tsx';

export function BandSettings() {
  const { data, problem, again } = useApi('bands', (api) => api.call('GET /v1/bands'));
  const { asAdmin } = useSession();
  const [theta, setTheta] = useState<number | undefined>(undefined);
  const [said, setSaid] = useState<{ text: string; failed: boolean }>();
  const put = async (value: number | null) => {
    setSaid(undefined);
    try {
      await asAdmin((client) => client.call('PUT /v1/bands', { body: { theta: value } }));
      setSaid({ text: 'Saved. The next nightly run uses it.', failed: false });
      again();
    } catch (error) {
      const text = failureText(error);
      setSaid(text ? { text, failed: true } : undefined);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (theta === undefined) return setSaid({ text: 'Enter a rate in percent, above 0 and below 100.', failed: true });
    return put(theta);
  };
  return (
    <section class="card" aria-labelledby="band-title">
      <h2 id="band-title">What divides the bands</h2>
      <p class="muted">
        A user is in band Now if the probability of buying within 3 days reaches this rate, in Soon within 7 days, in
        Later within 30.
      </p>
      {problem ? (
        <p role="alert">{problem.message}</p>
      ) : (
        <form class="form row" onSubmit={submit}>
          <p data-testid="theta">
            <strong>{data?.theta != null ? `${percent(data.theta)}, set by the shop` : 'Measured on the shop'}</strong>
            {data?.latest && (
              <span class="muted">
                {' '}
                ({percent(data.latest.theta)} in the run of {fullDay(data.latest.day)})
              </span>
            )}
          </p>
          <PercentField label="Set it to" value={theta} onValue={setTheta} />
          <button type="submit" class="button">
            Save
          </button>
          {data?.theta != null && (
            <button type="button" class="quiet" onClick={() => put(null)}>
              Measure it again
            </button>
          )}
        </form>
      )}
      {said && (
        <p class={said.failed ? 'field-error' : 'muted'} role={said.failed ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
    </section>
  );
}
