/** Window events on their way out: the bus, and the function that tells bus and webhooks every few minutes. */
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { StageConfig } from '../config.ts';
import { HouseFunction } from '../constructs/function.ts';
import { allow } from '../constructs/role.ts';
import { environmentOf } from '../environment.ts';
import { grantsFor } from '../grants.ts';
import { PERMISSIONS } from '../permissions.ts';
import type { DataStack } from './data.ts';
import type { ModelStack } from './model.ts';

const EVERY_MINUTES = 3;
const TIMEOUT_SECONDS = 300;

interface EventsStackProps extends StackProps {
  prefix: string;
  config: StageConfig;
  data: DataStack;
  model: ModelStack;
}

export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, props: EventsStackProps) {
    super(scope, id, props);
    const { config, data, model, prefix } = props;
    const bus = new EventBus(this, 'Bus', { eventBusName: prefix, description: 'Buying windows that open and close' });
    const { lambda } = new HouseFunction(this, 'deliver', {
      entry: 'deliver',
      memoryMB: 512,
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: { ...environmentOf(config, data, model), EVENT_BUS: `eventbridge:${bus.eventBusName}` },
      ...grantsFor(PERMISSIONS.deliver, data, undefined, { bus: bus.eventBusArn }),
      house: data,
      alarm: {
        topic: data.alarms,
        name: 'windows-are-not-told',
        felt: 'Other systems do not hear of buying windows; they hear of them later.',
        // It is called every three minutes, and what one call could not do the next one does.
        minutes: 5,
        periods: 3,
      },
    });
    new Schedule(this, 'Deliver', {
      description: 'Window events to the bus and to webhooks',
      schedule: ScheduleExpression.rate(Duration.minutes(EVERY_MINUTES)),
      // Three minutes later it is tried again anyway.
      target: new Universal({
        service: 'lambda',
        action: 'invoke',
        input: ScheduleTargetInput.fromObject({ FunctionName: lambda.functionName, InvocationType: 'Event' }),
        policyStatements: [allow(['lambda:InvokeFunction'], [lambda.functionArn])],
        retryAttempts: 0,
      }),
    });
  }
}
