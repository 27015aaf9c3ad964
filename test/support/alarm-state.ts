/** Whether an alarm of a template rings, from metrics that were noted: CloudWatch's rules as far as our alarms use them. */
import type { Resource } from './infra.ts';

export interface Datum {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  value: number;
  /** Epoch milliseconds. */
  at: number;
}

interface MetricOfTemplate {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
}
interface Stat {
  Metric: MetricOfTemplate;
  Period: number;
  Stat: string;
}

/** Names of resources that a template only refers to. */
type Resolve = (value: unknown) => string;

export function isRinging(alarm: Resource, data: readonly Datum[], now: number, resolve: Resolve): boolean {
  const properties = alarm.Properties;
  const { Period, EvaluationPeriods, Threshold, ComparisonOperator, TreatMissingData } = properties;
  const stats = statsOf(properties);
  const seconds: number = Period ?? stats.find(({ stat }) => stat)!.stat!.Period;
  const states = Array.from({ length: EvaluationPeriods }, (_, back) => {
    const end = now - back * seconds * 1_000;
    const within = data.filter(({ at }) => at >= end - seconds * 1_000 && at < end);
    const value = measured(stats, within, resolve);
    if (value === undefined) return TreatMissingData === 'breaching';
    return ComparisonOperator === 'LessThanThreshold' ? value < Threshold : value >= Threshold;
  });
  return states.every(Boolean);
}

type Part = { id: string; stat?: Stat; expression?: string };

function statsOf(properties: Resource['Properties']): Part[] {
  if (!properties.Metrics) {
    const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic } = properties;
    const stat = { Metric: { Namespace, MetricName, Dimensions }, Period, Stat: Statistic ?? ExtendedStatistic };
    return [{ id: 'm', stat }];
  }
  return properties.Metrics.map((each: { Id: string; MetricStat?: Stat; Expression?: string }) => ({
    id: each.Id,
    stat: each.MetricStat,
    expression: each.Expression,
  }));
}

function measured(parts: readonly Part[], data: readonly Datum[], resolve: Resolve): number | undefined {
  const metrics = parts.flatMap(({ id, stat }) => (stat ? [[id, statistic(stat, data, resolve)] as const] : []));
  const expression = parts.find((part) => part.expression)?.expression;
  if (!expression) return metrics[0]![1];
  const functions = {
    FILL: (value: number | undefined, other: number) => value ?? other,
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  };
  const scope: Record<string, unknown> = { ...functions, ...Object.fromEntries(metrics) };
  const value = new Function(...Object.keys(scope), `return ${expression}`)(...Object.values(scope));
  return Number.isNaN(value) ? undefined : value;
}

function statistic({ Metric, Stat }: Stat, data: readonly Datum[], resolve: Resolve): number | undefined {
  const wanted = (Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, resolve(Value)] as const);
  const values = data
    .filter(
      ({ namespace, name, dimensions }) =>
        namespace === Metric.Namespace &&
        name === Metric.MetricName &&
        Object.keys(dimensions).length === wanted.length &&
        wanted.every(([key, value]) => dimensions[key] === value),
    )
    .map(({ value }) => value)
    .sort((a, b) => a - b);
  if (values.length === 0) return undefined;
  if (Stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  if (Stat === 'SampleCount') return values.length;
  if (Stat === 'Maximum') return values.at(-1);
  const percentile = /^p(\d+)$/.exec(Stat);
  if (!percentile) throw new Error(`${Stat} is not read yet`);
  return values[Math.min(values.length - 1, Math.floor((Number(percentile[1]) / 100) * values.length))];
}
