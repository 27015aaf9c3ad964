import { parseStages } from '../../lib/config.ts';
import { cdkJson } from '../support/infra.ts';

test('the stages of cdk.json are accepted', () => {
  expect(Object.keys(parseStages(cdkJson.context.stages))).toEqual(['dev', 'prod']);
});

test('every wrong value is named at once', () => {
  const { dev } = cdkJson.context.stages;
  const wrong = { dev: { ...dev, timeZone: 'Mars', scorer: 'never' } };
  expect(() => parseStages(wrong)).toThrow(/stages\.dev\.timeZone.*; stages\.dev\.scorer/);
});

test('cdk.json without stages is refused', () => {
  expect(() => parseStages(undefined)).toThrow('cdk.json is not valid: stages');
});

test.each([
  ['a zone that does not exist', { timeZone: 'Europe/Atlantis' }, /stages\.dev\.timeZone: does not exist/],
  ['a region that does not exist', { region: 'Frankfurt' }, /stages\.dev\.region: is no AWS region/],
  ['an instance without a GPU', { instanceType: 'ml.m5.xlarge' }, /stages\.dev\.instanceType: is no GPU/],
  ['a scorer that does not exist', { scorer: 'laptop' }, /stages\.dev\.scorer/],
  [
    'a retention shorter than what makes a user active',
    { retentionDays: 30 },
    /stages\.dev\.retentionDays: must be 91/,
  ],
  ['a retention of logs that CloudWatch does not have', { logRetentionDays: 15 }, /stages\.dev\.logRetentionDays/],
  ['a limit that WAF cannot have', { requestsPerMinute: 5 }, /stages\.dev\.requestsPerMinute: must be 10/],
  ['no calls of ingest', { ingestConcurrency: 0 }, /stages\.dev\.ingestConcurrency: must be more than 0/],
  [
    'a certificate of another region',
    { domain: { name: 'a.example.com', certificate: 'arn:aws:acm:eu-central-1:123456789012:certificate/1' } },
    /stages\.dev\.domain\.certificate: is no certificate of ACM in us-east-1/,
  ],
  ['a network without a subnet', { vpc: { subnets: [], securityGroups: ['sg-1'] } }, /stages\.dev\.vpc\.subnets/],
  ['a budget of nothing', { budget: 0 }, /stages\.dev\.budget: must be more than 0/],
  ['an e-mail that is none', { alarmEmail: 'ops' }, /stages\.dev\.alarmEmail/],
  ['a key that is not known', { timezone: 'UTC' }, /stages\.dev: Unrecognized key: "timezone"/],
])('cdk.json with %s is refused by name', (_what, wrong, message) => {
  const { dev } = cdkJson.context.stages;
  expect(() => parseStages({ dev: { ...dev, ...wrong } })).toThrow(message);
});
