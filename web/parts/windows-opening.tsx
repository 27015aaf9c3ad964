/** Whose window opened with the run of a day, the most probable first. */
import type { Reply } from '../../client/index.ts';
import { dayRange, hourText, percent, plural, shortName } from '../format.ts';
import { hrefOf } from '../route.ts';
import { useApi } from '../session.ts';
import { Hint } from './hint.tsx';

type WindowEvent = Reply<'GET /v1/events'>['events'][number];

const ASKED = 1_000;
const LISTED = 8;

export function WindowsOpening({ day, linkDay }: { day: string; linkDay?: string | undefined }) {
  const { data, problem, loading, again } = useApi('events', (api) =>
    api.call('GET /v1/events', { query: { limit: ASKED } }),
  );
  if (problem && !loading) {
    return (
      <section class="card" aria-labelledby="windows-title">
        <h2 id="windows-title">Windows opening</h2>
        <p role="alert">
          {problem.message}{' '}
          <button type="button" class="quiet" onClick={again}>
            Try again
          </button>
        </p>
      </section>
    );
  }
  if (!data) return null;
  const today = data.events.filter((event) => event.day === day);
  const of = (type: WindowEvent['type']) => today.filter((event) => event.type === type);
  const opened = of('buying_window.opened').sort((a, b) => soonness(b) - soonness(a));
  const [best, closed] = [of('best_window.opened').length, of('buying_window.closed').length];
  return (
    <section class="card" aria-labelledby="windows-title">
      <h2 id="windows-title">
        <Hint text="A buying window opens when a user comes into band Now, and closes when the user has clearly left it.">
          Windows opening
        </Hint>
      </h2>
      <p class="muted">
        {data.next && today.length === data.events.length ? 'More than ' : ''}
        <span data-testid="windows-opened">{plural(opened.length, 'buying window')}</span> opened and {closed} closed
        with this run; for {plural(best, 'user')} the best days to write begin today.
      </p>
      {opened.length > 0 && (
        <ul class="openings">
          {opened.slice(0, LISTED).map(({ id, user, score }) => (
            <li key={id}>
              <a class="mono" href={hrefOf({ page: 'user', pseudonym: user, ...(linkDay && { day: linkDay }) })}>
                {shortName(user)}
              </a>
              {score && (
                <>
                  <span>
                    <strong>{percent(score.probability['3d'])}</strong> <span class="muted">within 3 days</span>
                  </span>
                  <span class="muted">
                    {dayRange(score.bestWindow.from, score.bestWindow.to)}
                    {score.bestHour && `, ${hourText(score.bestHour)}`}
                  </span>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function soonness({ score }: WindowEvent): number {
  return score?.probability['3d'] ?? 0;
}
