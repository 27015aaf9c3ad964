/** A probability as a number and a bar of 0 to 100 %. */

import type { Band } from '../../core/scores.ts';
import { percent } from '../format.ts';

export function Meter({ value, band }: { value: number; band?: Band }) {
  return (
    <span class="meter">
      <span class="meter-value">{percent(value)}</span>
      <span class="meter-track" aria-hidden="true">
        <span data-band={band} style={{ width: `${Math.max(1, value * 100)}%` }} />
      </span>
    </span>
  );
}
