/**
 * Counts as lines of CloudWatch's embedded metric format: metrics without a call of their own.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { SourceCounts } from '../core/ingest/counts.ts';

export const NAMESPACE = 'BuyTiming/Ingest';

/**
 * One line for the totals and one for each code under which something was rejected or dropped.
 * @param lags milliseconds between events and their arrival, at most 100
 * @param now epoch milliseconds
 */
export function metricsOf(counts: SourceCounts, lags: readonly number[], now: number): Record<string, unknown>[] {
  const totals = {
    Accepted: counts.accepted,
    Duplicates: counts.duplicates,
    Late: counts.late,
    SkewCorrected: counts.skewCorrected,
    WithoutAction: counts.withoutAction,
    Busy: counts.busy,
    ...(lags.length > 0 && { Lag: lags }),
  };
  return [
    line(now, {}, totals),
    ...Object.entries(counts.rejected).map(([code, Rejected]) => line(now, { Code: code }, { Rejected })),
    ...Object.entries(counts.dropped).map(([code, Dropped]) => line(now, { Code: code }, { Dropped })),
  ];
}

function line(now: number, dimensions: Record<string, string>, metrics: Record<string, unknown>) {
  const directive = {
    Namespace: NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: Name === 'Lag' ? 'Milliseconds' : 'Count' })),
  };
  return { _aws: { Timestamp: now, CloudWatchMetrics: [directive] }, ...dimensions, ...metrics };
}
