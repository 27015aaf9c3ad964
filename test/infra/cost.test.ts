/** What the bill counts of the stack, against the stack. */
import { STANDING } from '../../lib/cost/mix.ts';
import { ofType, synthesize } from '../support/infra.ts';

describe.each(synthesize())('what stands all month in stage $name', (stage) => {
  const count = (type: string) =>
    Object.values(stage.stacks).reduce((sum, template) => sum + ofType(template, type).length, 0);

  test('are the alarms, secrets and keys that the bill counts', () => {
    const ofScorer = STANDING.scorerAlarms[stage.config.scorer as keyof typeof STANDING.scorerAlarms];
    const watched = Object.values(stage.stacks)
      .flatMap((template) => ofType(template, 'AWS::CloudWatch::Alarm'))
      .map(({ Properties: { Metrics = [{ MetricStat: {} }] } }) =>
        Metrics.filter((each: { MetricStat?: unknown }) => each.MetricStat),
      );
    const ofTraining = stage.config.training ? STANDING.trainingAlarms : 0;
    expect(watched.flat()).toHaveLength(STANDING.alarms + ofScorer + ofTraining);
    expect(count('AWS::SecretsManager::Secret')).toBe(STANDING.secrets);
    expect(count('AWS::KMS::Key')).toBe(STANDING.customerKeys);
  });

  test('is the firewall that the bill counts', () => {
    const acls = ofType(stage.stacks.firewall, 'AWS::WAFv2::WebACL');
    expect(count('AWS::WAFv2::WebACL')).toBe(STANDING.webAcls);
    expect(acls.flatMap(({ Properties }) => Properties.Rules)).toHaveLength(STANDING.wafRules);
  });
});
