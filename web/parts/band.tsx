/** Bands as they appear on every page: a colour that never stands without its word. */

import type { Band } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';

export function BandBadge({ band }: { band: Band }) {
  return (
    <span class="badge" data-band={band}>
      <span class="swatch" data-band={band} aria-hidden="true" />
      {BAND_WORDS[band].title}
    </span>
  );
}
