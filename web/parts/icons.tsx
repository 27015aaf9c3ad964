/** Small drawings, all decorative: the words beside them say the same. */
import type { ActionType } from '../../core/actions/action.ts';

/** The product's mark: a clock face whose next quarter is lit. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle class="mark-face" cx="16" cy="16" r="12" />
      <path class="mark-window" d="M16 4a12 12 0 0 1 10.4 18" />
      <path class="mark-hands" d="M16 9v7l5 3" />
    </svg>
  );
}

export function Magnifier() {
  return (
    <svg class="magnifier" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 3.5 3.5" />
    </svg>
  );
}

const PATHS: Record<ActionType, string> = {
  view: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm3.3 7.8 3.2 3.2',
  wishlist: 'M8 13.5S2 10 2 6a3 3 0 0 1 6-1 3 3 0 0 1 6 1c0 4-6 7.5-6 7.5Z',
  cart: 'M1.5 2.5h2l1.6 7.5h7l1.4-5.5H4M6 13.2v.1M11.5 13.2v.1',
  uncart: 'M1.5 2.5h2l1.6 7.5h7l1.4-5.5M6 13.2v.1M11.5 13.2v.1M6.5 5.2h4',
  checkout: 'M2 4.5h12v7.5H2ZM2 7.2h12M4.5 9.8h2.5',
  coupon: 'M2 4.5h12v2.2a1.3 1.3 0 0 0 0 2.6v2.2H2V9.3a1.3 1.3 0 0 0 0-2.6ZM9.5 5v1M9.5 7.5v1M9.5 10v1',
  purchase: 'M3 5.5h10l.8 8H2.2ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  refund: 'M5.5 3 2.5 6l3 3M2.5 6h7a3.5 3.5 0 0 1 0 7H6',
  visit: 'M3 13.5V7l5-4.5L13 7v6.5ZM6.5 13.5V10h3v3.5',
};

export function ActionIcon({ type }: { type: ActionType }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[type]} />
    </svg>
  );
}
