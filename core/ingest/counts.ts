/** What came in from one source on one day, as numbers that add up. */

export interface SourceCounts {
  /** Events taken: stored, or taken without an action; without the duplicates. */
  accepted: number;
  /** Events that were stored before. */
  duplicates: number;
  /** Accepted events of a day before the one they came on: their users are scored again. */
  late: number;
  /** Accepted events whose client's clock was corrected. */
  skewCorrected: number;
  /** Accepted events that stand for no action: calls such as group, and names that nothing is known of. */
  withoutAction: number;
  /** Requests that were answered 429 because the store was busy; their clients send them again. */
  busy: number;
  /** Events that were taken and not stored, by reason. */
  dropped: Record<string, number>;
  /** Refused events, and requests refused as a whole, by code. */
  rejected: Record<string, number>;
  /** Epoch milliseconds of the last request. */
  lastAt: number;
}

const NUMBERS = ['accepted', 'duplicates', 'late', 'skewCorrected', 'withoutAction', 'busy'] as const;

export function noCounts(): SourceCounts {
  return {
    accepted: 0,
    duplicates: 0,
    late: 0,
    skewCorrected: 0,
    withoutAction: 0,
    busy: 0,
    dropped: {},
    rejected: {},
    lastAt: 0,
  };
}

/** Adds to `sum` what more came. */
export function addCounts(sum: SourceCounts, more: Partial<SourceCounts>): void {
  for (const name of NUMBERS) sum[name] += more[name] ?? 0;
  for (const [code, count] of Object.entries(more.dropped ?? {})) add(sum.dropped, code, count);
  for (const [code, count] of Object.entries(more.rejected ?? {})) add(sum.rejected, code, count);
  sum.lastAt = Math.max(sum.lastAt, more.lastAt ?? 0);
}

/** Adds one, or more, to what is counted under a code of ours. */
export function add(counts: Record<string, number>, code: string, count = 1): void {
  counts[code] = (counts[code] ?? 0) + count;
}
