/** How things of a stage are called where somebody looks for them by hand: in the console, on a command line, in an alarm. */
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** `dev`. */
export function stageOf(scope: Construct): string {
  return (Stage.isStage(scope) ? scope : Stage.of(scope)!).stageName;
}

/** What every physical name begins with, so that stages can share an account. */
export function prefixOf(scope: Construct): string {
  return `buy-timing-${stageOf(scope)}`;
}
