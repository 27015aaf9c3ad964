/** The answer about one user in one card: the expected day, its interval, and the probability at each horizon. */
import type { ComponentChildren } from 'preact';
import type { TimingReply } from '../../functions/timing/contract.ts';
import { count, dayRange, fromDay, fullDay, percent, plural, timeIn, weekDay } from '../format.ts';
import { Hint } from './hint.tsx';
import { Interval, IntervalScale } from './interval.tsx';

const HORIZON_DAYS = [1, 3, 7, 14, 30] as const;

export function UserOutlook({ timing, timeZone }: { timing: TimingReply; timeZone: string }) {
  const { day, expected, bestWindow, probability, band } = timing;
  const seen = new Date(timing.asOf);
  const silence = timing.silenceDays;
  return (
    <section class="card outlook" aria-label="Outlook">
      <div class="outlook-when">
        <p class="label">
          <Hint text="Middle day of the next purchase, given that one comes within 90 days: it is as likely before as after.">
            Next purchase expected
          </Hint>
        </p>
        <p class="when">
          {weekDay(expected.date)} <small>{fromDay(expected.date, day)}</small>
        </p>
        <Interval day={day} expected={expected} window={bestWindow} />
        <IntervalScale />
        <dl class="facts compact">
          <Fact name="80 % interval" explain="Eight in ten next purchases of such users fall between these days.">
            {dayRange(expected.low, expected.high)}
          </Fact>
          <Fact
            swatch
            name="Best window"
            explain="The one to four days, within 30, in which the next purchase is most concentrated: the best moment to write."
          >
            {dayRange(bestWindow.from, bestWindow.to)}
            <span class="muted"> {percent(bestWindow.probability)}</span>
          </Fact>
          <Fact name="Within 90 days" explain="Probability that a purchase comes within 90 days at all.">
            {percent(expected.within90d)}
          </Fact>
        </dl>
      </div>
      <div class="outlook-chance">
        <p class="label">
          <Hint text="Probability of at least one purchase within so many days from the beginning of the score's day.">
            Probability of a purchase within
          </Hint>
        </p>
        <ol class="horizons">
          {HORIZON_DAYS.map((days) => {
            const value = probability[`${days}d`];
            return (
              <li key={days} data-testid={`p-${days}d`}>
                <span class="horizon-value">{percent(value)}</span>
                <span class="horizon-bar" aria-hidden="true">
                  <span data-band={band} style={{ height: `${Math.max(1.5, value * 100)}%` }} />
                </span>
                <span class="horizon-name">{plural(days, 'day')}</span>
              </li>
            );
          })}
        </ol>
        <dl class="facts compact">
          <Fact name="Rank" explain="Share of all scored users whose probability of buying within 7 days is lower.">
            above {count(Math.floor(timing.percentile))}&#8239;%
          </Fact>
          <Fact name="Silence" explain="Whole days between the day of the last action and the day of the score.">
            {plural(silence, 'day')}
          </Fact>
          <Fact name="Last action" explain="The newest action this score knows of.">
            <time
              dateTime={timing.asOf}
              title={`${fullDay(timing.asOf.slice(0, 10))}, ${timeIn(timeZone)(timing.asOf)}`}
            >
              {lastSeen(seen, timeZone)}
            </time>
          </Fact>
        </dl>
      </div>
    </section>
  );
}

function lastSeen(seen: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(seen);
}

interface FactProps {
  name: string;
  explain: string;
  /** Whether it is what the yellow band of the interval shows. */
  swatch?: boolean;
  children: ComponentChildren;
}

function Fact({ name, explain, swatch, children }: FactProps) {
  return (
    <div>
      <dt>
        {swatch && <span class="window-swatch" aria-hidden="true" />}
        <Hint text={explain}>{name}</Hint>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
