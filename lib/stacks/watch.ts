/** The stage at a glance: its alarms, what users feel of it, and what is behind that, on one dashboard of CloudWatch. */
import { ArnFormat, Duration, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  LogQueryWidget,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../adapters/metrics.ts';
import { TABLES } from '../../core/tables.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { stageMetric } from '../metrics.ts';
import type { ApiStack } from './api.ts';

const PERIOD = Duration.minutes(5);
const WIDTH = 8;

interface WatchStackProps extends StackProps {
  prefix: string;
  api: ApiStack;
}

/** Made after the others, whose alarms and functions it shows. */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, props: WatchStackProps) {
    super(scope, id, props);
    const { prefix, api } = props;
    const made = Stage.of(this)!.node.findAll();
    const alarms = made.filter((each) => each instanceof HouseAlarm).map(({ fullName }) => fullName);
    const logs = made.filter((each) => each instanceof HouseFunction).map(({ logName }) => logName);
    new Dashboard(this, 'Dashboard', {
      dashboardName: prefix,
      defaultInterval: Duration.days(1),
      widgets: [
        [this.alarmStates(alarms)],
        [this.tracking(), this.answers(api), this.night(prefix)],
        [this.functions(prefix), this.tables(prefix), this.model(prefix)],
        [this.errors(logs)],
      ],
    });
  }

  private alarmStates(names: readonly string[]): AlarmStatusWidget {
    const arnOf = (name: string) =>
      this.formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    return new AlarmStatusWidget({
      title: 'Alarms: docs/runbook.md has a section for each',
      width: 3 * WIDTH,
      height: 3,
      alarms: names.map((name) => Alarm.fromAlarmArn(this, name, arnOf(name))),
    });
  }

  private tracking(): GraphWidget {
    const counted = (name: MetricName) => stageMetric(this, name, { statistic: Stats.SUM, period: PERIOD });
    const lag = stageMetric(this, 'Lag', { statistic: 'p90', period: PERIOD, label: 'Lag, p90' });
    const counts = (['Accepted', 'Duplicates', 'Refused', 'Busy'] as const).map(counted);
    return graph('Events that came', counts, [lag]);
  }

  private answers({ apiId }: ApiStack): GraphWidget {
    const of = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        statistic,
        period: PERIOD,
        dimensionsMap: { ApiId: apiId },
        label: statistic === Stats.SUM ? metricName : `${metricName}, ${statistic}`,
      });
    const counts = ['Count', '4xx', '5xx'].map((name) => of(name, Stats.SUM));
    return graph('Answers of the API', counts, [of('Latency', 'p50'), of('Latency', 'p99')]);
  }

  private night(prefix: string): GraphWidget {
    const machine = this.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: `${prefix}-nightly`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const period = Duration.hours(1);
    const of = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/States',
        metricName,
        statistic,
        period,
        dimensionsMap: { StateMachineArn: machine },
      });
    const ends = ['ExecutionsSucceeded', 'ExecutionsFailed'].map((name) => of(name, Stats.SUM));
    const off = stageMetric(this, 'BuyersOff', { statistic: Stats.MAXIMUM, period, label: 'Buyers off, percent' });
    return graph('Nightly runs', [...ends, off], [of('ExecutionTime', Stats.MAXIMUM)]);
  }

  private functions(prefix: string): GraphWidget {
    const each = (metric: string, statistic: string) =>
      search(`{AWS/Lambda,FunctionName} ${prefix} MetricName="${metric}"`, statistic);
    return graph(
      'Functions: errors and throttles; duration',
      [each('Errors', 'Sum'), each('Throttles', 'Sum')],
      [each('Duration', 'p90')],
    );
  }

  private tables(prefix: string): GraphWidget {
    const each = (metric: string) =>
      Object.keys(TABLES).map(
        (name) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName: metric,
            statistic: Stats.SUM,
            period: PERIOD,
            dimensionsMap: { TableName: `${prefix}-${name}` },
            label: `${name}, ${metric === 'ConsumedWriteCapacityUnits' ? 'written' : 'read'}`,
          }),
      );
    return graph('Tables: units', each('ConsumedWriteCapacityUnits'), each('ConsumedReadCapacityUnits'));
  }

  private model(prefix: string): GraphWidget {
    const of = (metric: string, statistic: string) =>
      search(`{/aws/sagemaker/Endpoints,EndpointName,VariantName} ${prefix} MetricName="${metric}"`, statistic);
    const answers = search(`{AWS/SageMaker,EndpointName,VariantName} ${prefix} MetricName="ModelLatency"`, 'p90');
    return graph(
      'The endpoint, if there is one: GPU and its memory, percent; latency, µs',
      [of('GPUUtilization', 'Maximum'), of('GPUMemoryUtilization', 'Maximum')],
      [answers],
    );
  }

  private errors(logGroupNames: string[]): LogQueryWidget {
    return new LogQueryWidget({
      title: 'What functions say went wrong',
      width: 3 * WIDTH,
      height: 6,
      logGroupNames,
      queryLines: [
        'fields @timestamp, @log, message, errorType, errorMessage, requestId',
        'filter level in ["error", "warn", "ERROR"]',
        'sort @timestamp desc',
        'limit 50',
      ],
    });
  }
}

function graph(title: string, left: IMetric[], right: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, right, width: WIDTH, height: 6 });
}

/** Every metric that there is of a kind, by its own name. */
function search(of: string, statistic: string): MathExpression {
  return new MathExpression({ expression: `SEARCH('${of}', '${statistic}')`, label: '', period: PERIOD });
}
