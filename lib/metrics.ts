/** Metrics that our own code writes into its log, as alarms and the dashboard read them. */
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type MetricName, NAMESPACE } from '../adapters/metrics.ts';
import { stageOf } from './names.ts';

export function stageMetric(scope: Construct, metricName: MetricName, options: MetricOptions): Metric {
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { Stage: stageOf(scope) }, ...options });
}
