/** Few alarms, each about something that users feel, and each with its section of the runbook. */
import { NAMESPACE } from '../../adapters/metrics.ts';
import { ofType, readable, type StageTemplates, synthesize } from '../support/infra.ts';
import { alarmSections } from '../support/runbook.ts';

const stages = synthesize();
const alarmsOf = ({ stacks }: StageTemplates) =>
  Object.values(stacks).flatMap((template) => ofType(template, 'AWS::CloudWatch::Alarm'));
/** What an alarm is called without its stage. */
const nameOf = (stage: StageTemplates, name: string) => name.replace(`buy-timing-${stage.name}-`, '');

const EVERYWHERE = [
  'callers-get-errors',
  'events-are-refused',
  'no-actions-come-in',
  'the-nightly-run-failed',
  'no-nightly-run-has-succeeded',
  'buyers-are-not-as-forecast',
  'windows-are-not-told',
  'an-erasure-is-not-carried-out',
  'the-header-is-not-replaced',
];
const BY_SCORER: Record<string, string[]> = {
  nightly: ['an-endpoint-was-left', 'the-gpu-is-nearly-full'],
  always: ['the-model-fails', 'the-model-is-slow', 'the-gpu-is-nearly-full'],
  lambda: [],
};
const WITH_TRAINING = ['the-weekly-training-failed'];

describe.each(stages)('the alarms of stage $name', (stage) => {
  test('are these and no others', () => {
    const names = alarmsOf(stage).map(({ Properties }) => nameOf(stage, Properties.AlarmName));
    const expected = [
      ...EVERYWHERE,
      ...BY_SCORER[stage.config.scorer]!,
      ...(stage.config.training ? WITH_TRAINING : []),
    ];
    expect(names.sort()).toEqual(expected.sort());
  });

  test('tell the topic, say what users feel, and link the section of the runbook that is called as they are', () => {
    const sections = alarmSections();
    for (const { Properties } of alarmsOf(stage)) {
      expect(Properties.AlarmActions.map((action: unknown) => readable(action, stage))).toEqual(['<Alarms>']);
      const [, felt, section] =
        /^(.{20,}) What to do: docs\/runbook\.md#(\S+)$/.exec(Properties.AlarmDescription) ?? [];
      expect(felt).toBeDefined();
      expect(section).toBe(nameOf(stage, Properties.AlarmName));
      expect(sections).toContain(section);
    }
  });

  test('watch metrics of their own stage, where our code writes them', () => {
    const metrics = alarmsOf(stage).flatMap(({ Properties }) =>
      Properties.Metrics
        ? Properties.Metrics.flatMap((each: { MetricStat?: { Metric: unknown } }) => each.MetricStat?.Metric ?? [])
        : [Properties],
    );
    const ours = metrics.filter(({ Namespace }) => Namespace === NAMESPACE);
    expect(new Set(ours.map(({ MetricName }) => MetricName))).toEqual(
      new Set(['Accepted', 'Actions', 'Duplicates', 'Refused', 'Busy', 'BuyersOff']),
    );
    for (const { Dimensions } of ours) expect(Dimensions).toEqual([{ Name: 'Stage', Value: stage.name }]);
  });
});

describe.each(stages)('the dashboard of stage $name', (stage) => {
  const dashboards = ofType(stage.stacks.watch, 'AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(readable(dashboards[0]!.Properties.DashboardBody, stage));

  test('is one, shows every alarm, and what every function says', () => {
    expect(dashboards.map(({ Properties }) => Properties.DashboardName)).toEqual([`buy-timing-${stage.name}`]);
    const shown: string[] = widgets[0].properties.alarms.map((arn: string) => arn.split(':alarm:')[1]);
    expect(shown.sort()).toEqual(
      alarmsOf(stage)
        .map(({ Properties }) => Properties.AlarmName)
        .sort(),
    );
    const groups = Object.values(stage.stacks)
      .flatMap((template) => ofType(template, 'AWS::Lambda::Function'))
      .flatMap(({ Properties: { Description } }) => /^Buy Timing: (.*)$/.exec(Description ?? '')?.[1] ?? []);
    for (const name of groups) expect(widgets.at(-1).properties.query).toContain(`'/buy-timing-${stage.name}/${name}'`);
  });

  test('shows metrics of its own stage alone', () => {
    const ours = JSON.stringify(widgets).match(/"BuyTiming","\w+","Stage","\w+"/g)!;
    expect(ours.map((each) => each.split(',')[1])).toEqual(
      expect.arrayContaining(['"Accepted"', '"Refused"', '"Busy"', '"Lag"', '"BuyersOff"']),
    );
    for (const each of ours) expect(each).toMatch(new RegExp(`"${stage.name}"$`));
  });
});

test('every section belongs to an alarm of some stage', () => {
  const linked = stages.flatMap((stage) =>
    alarmsOf(stage).map(({ Properties }) => nameOf(stage, Properties.AlarmName)),
  );
  expect([...new Set(linked)].sort()).toEqual(alarmSections().sort());
});
