/** One page of users: probabilities, expected day with its interval, best window. */

import type { AudienceUser } from '../../client/index.ts';
import type { Day } from '../../core/time.ts';
import { dayRange, fullDay, hourText, percent, shortDay, shortName } from '../format.ts';
import { hrefOf } from '../route.ts';
import { Hint } from './hint.tsx';
import { Interval, IntervalScale } from './interval.tsx';
import { Meter } from './meter.tsx';

const HORIZONS = ['1d', '3d', '7d', '14d', '30d'] as const;
/** The horizon that stays on a phone. */
const MAIN = '7d';

interface UserTableProps {
  users: AudienceUser[];
  /** What the table holds, for those who cannot see it. */
  label: string;
  shownDay: Day;
  /** The day that links carry on; absent for the latest. */
  linkDay?: Day;
}

export function UserTable({ users, label, shownDay, linkDay }: UserTableProps) {
  return (
    <div class="card table-card">
      <table class="rows">
        <caption class="unseen">
          {label}, most probable first, scores of {fullDay(shownDay)}
        </caption>
        <thead>
          <tr>
            <th scope="col">User</th>
            {HORIZONS.map((horizon) => (
              <th key={horizon} scope="col" class={horizon === MAIN ? '' : 'number wide-only'}>
                <Hint text={`Probability of a purchase within ${daysOf(horizon)} from the beginning of this day.`}>
                  {daysOf(horizon)}
                </Hint>
              </th>
            ))}
            <th scope="col">
              <Hint text="Middle day of the next purchase, given that one comes within 90 days; the line beside it holds 80 % of the cases.">
                Expected
              </Hint>
            </th>
            <th scope="col" class="scale-column middle-only">
              <span class="unseen">80 % interval</span>
              <IntervalScale />
            </th>
            <th scope="col" class="middle-only">
              <span class="window-swatch" aria-hidden="true" />
              <Hint text="The one to four days, within 30, in which the next purchase is most concentrated: the best moment to write.">
                Best window
              </Hint>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((row) => (
            <UserRow key={row.user} row={row} shownDay={shownDay} linkDay={linkDay} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type UserRowProps = Omit<UserTableProps, 'users' | 'label'> & { row: AudienceUser };

function UserRow({
  row: { user, probability, band, expected, bestWindow, bestHour },
  shownDay,
  linkDay,
}: UserRowProps) {
  return (
    <tr>
      <th scope="row">
        <a class="mono" href={hrefOf({ page: 'user', pseudonym: user, day: linkDay })}>
          {shortName(user)}
        </a>
      </th>
      {HORIZONS.map((horizon) =>
        horizon === MAIN ? (
          <td key={horizon}>
            <Meter value={probability[horizon]} band={band} />
          </td>
        ) : (
          <td key={horizon} class="number wide-only">
            {percent(probability[horizon])}
          </td>
        ),
      )}
      <td class="nowrap">
        {shortDay(expected.date)}
        <span class="narrow-only muted">{dayRange(expected.low, expected.high)}</span>
      </td>
      <td class="scale-column middle-only">
        <Interval day={shownDay} expected={expected} window={bestWindow} />
      </td>
      <td class="nowrap middle-only">
        {dayRange(bestWindow.from, bestWindow.to)} <span class="muted">{percent(bestWindow.probability)}</span>
        {bestHour && <span class="muted hour">{hourText(bestHour)}</span>}
      </td>
    </tr>
  );
}

function daysOf(horizon: (typeof HORIZONS)[number]): string {
  const days = horizon.slice(0, -1);
  return `${days}\u00a0${days === '1' ? 'day' : 'days'}`;
}
