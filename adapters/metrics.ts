/**
 * Counts as lines of CloudWatch's embedded metric format: metrics without a call of their own, told apart by stage.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { SourceCounts } from '../core/ingest/counts.ts';

export const NAMESPACE = 'BuyTiming';

export type MetricName =
  | 'Accepted'
  | 'Actions'
  | 'Duplicates'
  | 'Refused'
  | 'Busy'
  | 'Lag'
  | 'Rejected'
  | 'Dropped'
  | 'BuyersOff';

const UNITS: Partial<Record<MetricName, string>> = { Lag: 'Milliseconds', BuyersOff: 'Percent' };

/**
 * One line for the totals and one for each code under which something was rejected or dropped.
 * @param lags milliseconds between events and their arrival, at most 100
 * @param now epoch milliseconds
 */
export function ingestMetrics(
  stage: string,
  counts: SourceCounts,
  lags: readonly number[],
  now: number,
): Record<string, unknown>[] {
  const totals = {
    Accepted: counts.accepted,
    Actions: counts.accepted - counts.withoutAction,
    Duplicates: counts.duplicates,
    Refused: Object.values(counts.rejected).reduce((sum, count) => sum + count, 0),
    Busy: counts.busy,
    ...(lags.length > 0 && { Lag: lags }),
  };
  return [
    line(now, { Stage: stage }, totals),
    ...Object.entries(counts.rejected).map(([Code, Rejected]) => line(now, { Stage: stage, Code }, { Rejected })),
    ...Object.entries(counts.dropped).map(([Code, Dropped]) => line(now, { Stage: stage, Code }, { Dropped })),
  ];
}

/** @param buyersOff by how much of what was forecast buyers differ for good, in percent */
export function nightMetrics(stage: string, buyersOff: number, now: number): Record<string, unknown> {
  return line(now, { Stage: stage }, { BuyersOff: buyersOff });
}

function line(now: number, dimensions: Record<string, string>, metrics: Partial<Record<MetricName, unknown>>) {
  const directive = {
    Namespace: NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: UNITS[Name as MetricName] ?? 'Count' })),
  };
  return { _aws: { Timestamp: now, CloudWatchMetrics: [directive] }, ...dimensions, ...metrics };
}
