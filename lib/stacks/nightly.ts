/** The nightly run: its steps, the state machine over them, and the schedule. */
import { CfnOutput, Duration, Stack, type StackProps, TimeZone } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution, Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { NIGHTLY_HOUR, NIGHTLY_STEPS, type NightlyStep } from '../../functions/nightly/steps.ts';
import type { StageConfig } from '../config.ts';
import { HouseAlarm } from '../constructs/alarm.ts';
import { HouseFunction } from '../constructs/function.ts';
import { allow, argueWildcard, NO_RESOURCE } from '../constructs/role.ts';
import { environmentOf } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import { stageMetric, unsuccessful } from '../metrics.ts';
import { nightlyDefinition } from '../nightly/definition.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from './data.ts';
import type { ModelStack } from './model.ts';

const LATE = "Scores, audiences and the dashboard stay at an earlier day's.";

/** The run has to be over when a second look makes sure that its endpoint is gone. */
const RUN_HOURS = 3.5;
const SWEEP_HOUR = NIGHTLY_HOUR + 4;
/** An error that matters to whoever plans with it; the smallest error is beyond chance in a large shop. */
const BUYERS_OFF_PERCENT = 10;
/** Hours begun in which an endpoint is seen: a run that takes all its time, and the sweep after it, touch five. */
const HOURS_UP = 6;

interface NightlyStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
  data: DataStack;
  model: ModelStack;
}

type StepFunctionsArns = Record<NightlyStep['name'], string>;

export class NightlyStack extends Stack {
  constructor(scope: Construct, id: string, props: NightlyStackProps) {
    super(scope, id, props);
    const { config, model, data } = props;
    const machine = this.createMachine(props, this.createSteps(props));
    new Schedule(this, 'Nightly', {
      description: `The nightly run, ${NIGHTLY_HOUR}:00 in ${config.timeZone}`,
      schedule: dailyAt(NIGHTLY_HOUR, config),
      // No day in it: `plan` takes today in the shop's time zone. A second start of a day scores nobody twice.
      target: new StepFunctionsStartExecution(machine, { input: ScheduleTargetInput.fromObject({}) }),
    });
    if (config.scorer === 'nightly') {
      this.createSweep(config, model);
      this.watchEndpoint(model, data);
    }
    this.createAlarms(machine, data);
    new CfnOutput(this, 'StateMachine', { value: machine.stateMachineArn, description: 'Start it for a run by hand' });
  }

  private createSteps({ config, data, model }: NightlyStackProps): StepFunctionsArns {
    const arns = NIGHTLY_STEPS.map((step) => {
      const { lambda } = new HouseFunction(this, step.name, {
        entry: `nightly/${step.name}`,
        memoryMB: step.memoryMB,
        timeoutSeconds: step.timeoutSeconds,
        environment: environmentOf(config, data, model, 'night'),
        ...grantsFor(PERMISSIONS[step.name], data, model.askedFor('night').may),
        house: data,
      });
      return [step.name, lambda.functionArn];
    });
    return Object.fromEntries(arns);
  }

  private createMachine({ prefix, data, model }: NightlyStackProps, functions: StepFunctionsArns): StateMachine {
    const name = `${prefix}-nightly`;
    const role = new Role(this, 'MachineRole', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName: name,
      definitionBody: DefinitionBody.fromString(
        this.toJsonString(
          nightlyDefinition({
            partition: this.partition,
            functions,
            endpoint: model.endpoint?.parts,
            timeoutSeconds: RUN_HOURS * 3_600,
          }),
        ),
      ),
      role,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: false,
        destination: new LogGroup(this, 'MachineLog', {
          // Step Functions writes to groups of this prefix without a resource policy, of which an account has ten.
          logGroupName: `/aws/vendedlogs/states/${name}`,
          ...data.logs,
        }),
      },
    });
    const policy = new Policy(this, 'MachineMay', {
      statements: [
        allow(['lambda:InvokeFunction'], Object.values(functions)),
        ...this.mapStatements(name),
        ...(model.endpoint?.may ?? []),
      ],
      roles: [role],
    });
    machine.node.addDependency(policy);
    argueWildcard(role, '*', NO_RESOURCE);
    argueWildcard(policy, this.runsArn(name), 'The runs of a map are named when they start.');
    for (const { resource, reason } of model.endpoint?.wildcards ?? []) argueWildcard(policy, resource, reason);
    return machine;
  }

  /** A Distributed Map starts executions of its own state machine, and watches them. */
  private mapStatements(name: string) {
    const machine = `arn:${this.partition}:states:${this.region}:${this.account}:stateMachine:${name}`;
    return [
      allow(['states:StartExecution'], [machine]),
      allow(['states:DescribeExecution', 'states:StopExecution'], [this.runsArn(name)]),
    ];
  }

  private runsArn(name: string): string {
    return `arn:${this.partition}:states:${this.region}:${this.account}:execution:${name}/shards:*`;
  }

  /** A run that was stopped by hand or ran out of time leaves its endpoint; it must not cost until somebody looks. */
  private createSweep(config: StageConfig, model: ModelStack): void {
    new Schedule(this, 'Sweep', {
      description: 'Deletes the endpoint of the nightly run if it is still there',
      schedule: dailyAt(SWEEP_HOUR, config),
      target: new Universal({
        service: 'sagemaker',
        action: 'deleteEndpoint',
        input: ScheduleTargetInput.fromObject({ EndpointName: model.endpointName }),
        policyStatements: [allow(['sagemaker:DeleteEndpoint'], [model.endpointArn])],
        // On a good day there is nothing to delete, and trying again would not change that.
        retryAttempts: 0,
      }),
    });
  }

  /** SageMaker measures an endpoint's processor as long as it is there: past the run and the sweep it should not. */
  private watchEndpoint({ endpointName, variant }: ModelStack, { alarms }: DataStack): void {
    new HouseAlarm(this, 'EndpointLeft', {
      metric: new Metric({
        namespace: '/aws/sagemaker/Endpoints',
        metricName: 'CPUUtilization',
        dimensionsMap: { EndpointName: endpointName, VariantName: variant },
        statistic: Stats.SAMPLE_COUNT,
        period: Duration.hours(1),
      }),
      threshold: 1,
      evaluationPeriods: HOURS_UP,
      topic: alarms,
      name: 'an-endpoint-was-left',
      felt: `Who pays the bill: the endpoint of the night has been up for ${HOURS_UP} hours and costs by the hour.`,
    });
  }

  private createAlarms(machine: StateMachine, { alarms: topic }: DataStack): void {
    new HouseAlarm(this, 'RunFailed', {
      metric: unsuccessful(machine, 'Runs that did not succeed'),
      threshold: 1,
      topic,
      name: 'the-nightly-run-failed',
      felt: `${LATE} Or some users keep an earlier score.`,
    });
    new HouseAlarm(this, 'NoRun', {
      metric: machine.metricSucceeded({ period: Duration.hours(6), statistic: 'Sum' }),
      threshold: 1,
      // 30 hours: a run may take longer than that of the day before.
      evaluationPeriods: 5,
      whenMissing: true,
      topic,
      name: 'no-nightly-run-has-succeeded',
      felt: `No nightly run has succeeded for more than a day. ${LATE}`,
    });
    new HouseAlarm(this, 'BuyersOff', {
      metric: stageMetric(this, 'BuyersOff', { statistic: Stats.MAXIMUM, period: Duration.days(1) }),
      threshold: BUYERS_OFF_PERCENT,
      topic,
      name: 'buyers-are-not-as-forecast',
      felt: `For two weeks, a sale set aside, buyers have been ${BUYERS_OFF_PERCENT} % off what was forecast, or more.`,
    });
  }
}

function dailyAt(hour: number, config: StageConfig): ScheduleExpression {
  return ScheduleExpression.cron({ hour: String(hour), minute: '0', timeZone: TimeZone.of(config.timeZone) });
}
