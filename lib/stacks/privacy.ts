/** Erasure: the function that carries out requests of privacy, and what calls it. */
import { type CfnElement, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';
import { HouseFunction } from '../constructs/function.ts';
import { argueWildcard } from '../constructs/role.ts';
import { environmentOf } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from './data.ts';
import type { ModelStack } from './model.ts';

interface PrivacyStackProps extends StackProps {
  config: StageConfig;
  data: DataStack;
  model: ModelStack;
}

/** Requests that come meanwhile are carried out together. */
const EVERY_MINUTES = 10;

export class PrivacyStack extends Stack {
  constructor(scope: Construct, id: string, props: PrivacyStackProps) {
    super(scope, id, props);
    const { config, data, model } = props;
    const { lambda } = new HouseFunction(this, 'erase', {
      entry: 'erase',
      memoryMB: 2048,
      timeoutSeconds: 900,
      environment: environmentOf(config, data, model),
      ...grantsFor(PERMISSIONS.erase, data, model.askedFor('single').may),
      house: data,
      alarm: {
        topic: data.alarms,
        name: 'an-erasure-is-not-carried-out',
        felt: 'Users who asked to be erased are still there.',
        minutes: EVERY_MINUTES,
        periods: 3,
      },
    });
    const role = new Role(this, 'ScheduleRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    new Schedule(this, 'Erasures', {
      description: 'Carries out the requests of privacy that wait',
      schedule: ScheduleExpression.rate(Duration.minutes(EVERY_MINUTES)),
      target: new LambdaInvoke(lambda, { input: ScheduleTargetInput.fromObject({}), retryAttempts: 0, role }),
    });
    const logicalId = this.getLogicalId(lambda.node.defaultChild as CfnElement);
    argueWildcard(role, `<${logicalId}.Arn>:*`, 'The versions of the one function.');
  }
}
