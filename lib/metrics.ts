/** Metrics that our own code writes into its log, as alarms and the dashboard read them. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { type MetricName, NAMESPACE } from '../adapters/metrics.ts';
import { stageOf } from './names.ts';

export function stageMetric(scope: Construct, metricName: MetricName, options: MetricOptions): Metric {
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { Stage: stageOf(scope) }, ...options });
}

/** Executions that failed, ran out of time or were stopped, in five minutes. */
export function unsuccessful(machine: StateMachine, label: string): MathExpression {
  const period = Duration.minutes(5);
  return new MathExpression({
    // What never happened has no value.
    expression: 'FILL(failed, 0) + FILL(late, 0) + FILL(stopped, 0)',
    usingMetrics: {
      failed: machine.metricFailed({ period }),
      late: machine.metricTimedOut({ period }),
      stopped: machine.metricAborted({ period }),
    },
    label,
    period,
  });
}
