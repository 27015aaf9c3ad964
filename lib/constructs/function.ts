/** The house function: every Lambda of this app is made here and differs only in what its props say. */
import { Duration, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';
import { prefixOf } from '../names.ts';
import { HouseAlarm, type HouseAlarmProps } from './alarm.ts';
import { codeOf } from './bundle.ts';
import { allow, argueWildcard, createFunctionRole, NO_RESOURCE } from './role.ts';

/** What every function of a stage has alike. */
export interface House {
  logs: LogGroupProps;
  /** Absent: none of the shop's, and Lambda's own way to AWS and the internet. */
  vpc?: StageConfig['vpc'];
}

export interface HouseFunctionProps {
  /** Folder under functions/: `ingest`, `nightly/plan`. */
  entry: string;
  memoryMB: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  /** All it may do beyond writing its log and traces. */
  may: PolicyStatement[];
  /** Why some of that names no single resource. */
  wildcards: { resource: string; reason: string }[];
  /** Whether it runs the model itself. */
  modelRuntime?: boolean;
  /** Absent: one call a second, and 5 % of the others, which is Lambda's own choice and cannot be changed. */
  tracing?: Tracing;
  /** Calls at once that are kept for it, and the most there are. */
  reservedConcurrency?: number;
  house: House;
  /** Rings when it fails in each of `periods` spans of so many minutes. Absent where another alarm tells what users feel. */
  alarm?: Pick<HouseAlarmProps, 'topic' | 'name' | 'felt'> & { minutes: number; periods: number };
}

export class HouseFunction extends Construct {
  readonly lambda: LambdaFunction;
  /** Of its log group. */
  readonly logName: string;

  constructor(scope: Construct, id: string, props: HouseFunctionProps) {
    super(scope, id);
    const prefix = prefixOf(this);
    this.logName = `/${prefix}/${props.entry}`;
    const logGroup = new LogGroup(this, 'Log', { logGroupName: this.logName, ...props.house.logs });
    const { vpc } = props.house;
    const role = createFunctionRole(this, 'Role', logGroup, [...props.may, ...(vpc ? [mayJoinNetwork()] : [])]);
    argueWildcard(role, '*', NO_RESOURCE);
    for (const { resource, reason } of props.wildcards) argueWildcard(role, resource, reason);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: `${prefix}-${props.entry.replace('/', '-')}`,
      description: `Buy Timing: ${props.entry}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: codeOf(props.entry, Stack.of(this).bundlingRequired, props.modelRuntime),
      memorySize: props.memoryMB,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      role,
      logGroup,
      // Without Lambda's own three lines for each call, which would be half of what is logged.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      reservedConcurrentExecutions: props.reservedConcurrency,
      tracing: props.tracing ?? Tracing.ACTIVE,
    });
    if (vpc) {
      const { subnets: subnetIds, securityGroups: securityGroupIds } = vpc;
      (this.lambda.node.defaultChild as CfnFunction).vpcConfig = { subnetIds, securityGroupIds };
    }
    if (!props.alarm) return;
    const { minutes, periods, ...alarm } = props.alarm;
    new HouseAlarm(this, 'Errors', {
      metric: this.lambda.metricErrors({ period: Duration.minutes(minutes) }),
      threshold: 1,
      evaluationPeriods: periods,
      ...alarm,
    });
  }
}

/** What Lambda itself does with the role; the function's own calls name the function, and may not. */
function mayJoinNetwork(): PolicyStatement {
  const interfaces = [
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
  ];
  const addresses = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'];
  const actions = [...interfaces, ...addresses].map((action) => `ec2:${action}`);
  return allow(actions, ['*'], { Null: { 'lambda:SourceFunctionArn': 'true' } });
}
