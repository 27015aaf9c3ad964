/** The four bands: one strip that shows their shares, and a card each. */

import type { Overview } from '../../client/index.ts';
import { BANDS } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';
import { count, percent, shortDay } from '../format.ts';
import { hrefOf } from '../route.ts';
import { Hint } from './hint.tsx';

interface BandCardsProps {
  overview: Overview;
  /** The run before it. */
  before?: Overview | undefined;
  linkDay?: string | undefined;
}

export function BandCards({ overview, before, linkDay }: BandCardsProps) {
  const { bands, users, theta } = overview;
  const share = (name: (typeof BANDS)[number]) => (users === 0 ? 0 : bands[name] / users);
  return (
    <section aria-label="Users by band">
      <div class="strip" aria-hidden="true">
        {BANDS.filter((name) => bands[name] > 0).map((name) => (
          <span key={name} data-band={name} style={{ flexGrow: share(name) }} />
        ))}
      </div>
      <ul class="bands">
        {BANDS.map((name) => (
          <li key={name} class="band-card">
            <h2>
              <span class="swatch" data-band={name} aria-hidden="true" />
              <Hint text={BAND_WORDS[name].explain(theta)}>{BAND_WORDS[name].title}</Hint>
            </h2>
            <p class="figure">
              <span data-testid={`band-${name}`}>{count(bands[name])}</span> <small>users</small>
            </p>
            <p class="muted">{percent(share(name))} of active users</p>
            {before && (
              <p class="muted" data-testid={`change-${name}`}>
                {changeText(bands[name] - before.bands[name])} on {shortDay(before.day)}
              </p>
            )}
            <p class="rule muted">{BAND_WORDS[name].rule(theta)}</p>
            <a href={hrefOf({ page: 'users', band: name, ...(linkDay && { day: linkDay }) })}>
              See them<span class="unseen"> in band {BAND_WORDS[name].title}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function changeText(change: number): string {
  if (change === 0) return 'as many as';
  return `${count(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than`;
}
