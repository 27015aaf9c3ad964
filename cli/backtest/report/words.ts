/** How numbers read on the page. */

export function percent(share: number, digits?: number): string {
  if (!Number.isFinite(share)) return '–';
  const value = 100 * share;
  const shown = digits ?? (Math.abs(value) < 10 ? 1 : 0);
  return `${value.toFixed(shown)} %`;
}

export function number(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A difference with its sign; a minus that is one. */
export function signed(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return '–';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

export function days(horizon: number): string {
  return horizon === 1 ? '1 day' : `${horizon} days`;
}
