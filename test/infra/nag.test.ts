import { runSynthesis } from '../support/infra.ts';

test('AwsSolutions finds nothing but what is argued, and each argument says something', () => {
  const { acknowledged } = runSynthesis();
  const rules = new Set(acknowledged.map(({ rule }) => rule.replace(/^.*::(?=AwsSolutions)/, '').replace(/\[.*/, '')));
  expect([...rules].sort()).toEqual([
    'AwsSolutions-CFR1',
    'AwsSolutions-CFR3',
    'AwsSolutions-CFR4',
    'AwsSolutions-IAM5',
    'AwsSolutions-L1',
    'AwsSolutions-S1',
    'AwsSolutions-SMG4',
  ]);
  for (const { reason } of acknowledged) expect(reason.split(' ').length).toBeGreaterThanOrEqual(5);
});

test('it does find what is not argued', () => {
  expect(() => runSynthesis({ flaw: true })).toThrow(/AwsSolutions-SQS4/);
});
