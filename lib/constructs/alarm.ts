/** The house alarm: it says what users feel, links what to do, and tells the stage's topic. */
import { Alarm, type AlarmProps, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { prefixOf } from '../names.ts';

export const RUNBOOK = 'docs/runbook.md';

export interface HouseAlarmProps extends Pick<AlarmProps, 'metric' | 'threshold'> {
  topic: ITopic;
  /** What is wrong, in words joined by hyphens: heading of its section of the runbook, and its name after the stage's. */
  name: string;
  /** What users feel while it rings. */
  felt: string;
  evaluationPeriods?: number;
  /** Ring when it is below the threshold, or when nothing is heard. */
  whenMissing?: boolean;
}

export class HouseAlarm extends Alarm {
  /** As it is written; `alarmName` is a reference. */
  readonly fullName: string;

  constructor(scope: Construct, id: string, props: HouseAlarmProps) {
    const fullName = `${prefixOf(scope)}-${props.name}`;
    super(scope, id, {
      alarmName: fullName,
      alarmDescription: `${props.felt} What to do: ${RUNBOOK}#${props.name}`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.evaluationPeriods ?? 1,
      comparisonOperator: props.whenMissing
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: props.whenMissing ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    this.fullName = fullName;
    this.addAlarmAction(new SnsAction(props.topic));
  }
}
