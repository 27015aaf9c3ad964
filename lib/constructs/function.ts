/** The house function: every Lambda of this app is made here and differs only in what its props say. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { HouseAlarm } from './alarm.ts';
import { codeOf } from './bundle.ts';
import { argueWildcard, createFunctionRole, NO_RESOURCE } from './role.ts';

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
  /** Calls at once that are kept for it, and the most there are. */
  reservedConcurrency?: number;
  logRetentionDays: number;
  /** Absent for one of the API whose failure its callers alone feel: the alarm on the API's 5xx answers tells of it. */
  alarm?: { topic: ITopic; felt: string; section: string };
}

export class HouseFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: HouseFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = createFunctionRole(this, 'Role', logGroup, props.may);
    argueWildcard(role, '*', NO_RESOURCE);
    for (const { resource, reason } of props.wildcards) argueWildcard(role, resource, reason);
    this.lambda = new LambdaFunction(this, 'Function', {
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
      tracing: Tracing.ACTIVE,
    });
    if (!props.alarm) return;
    new HouseAlarm(this, 'Errors', {
      metric: this.lambda.metricErrors({ period: Duration.minutes(5) }),
      threshold: 1,
      ...props.alarm,
    });
  }
}
