/**
 * For every alarm: its fault is produced, it rings, the commands of its section of the runbook are typed as they stand
 * there, and it is over. AWS's own command line runs them against a stage on this machine.
 */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { storeBundle } from '../../../adapters/bundles.ts';
import type { OutcomeCell } from '../../../core/quality/sums.ts';
import { addDays, type Day } from '../../../core/time.ts';
import { putOutcome } from '../../../functions/runs/outcomes.ts';
import { type GameDay, openGameDay } from '../../support/game-day.ts';
import { synthesize } from '../../support/infra.ts';
import { AWS_CLI, findTool, INTERPRETER } from '../../support/python-tool.ts';
import { alarmSections, commandsOf, stepsOf } from '../../support/runbook.ts';
import { ADMIN_KEY, BUNDLE } from '../../support/shop.ts';
import { actForWeeks, leaveBundle } from '../../support/weekly-training.ts';

const [python, aws] = [await findTool(INTERPRETER), await findTool(AWS_CLI)];
const HOUR = 60;
const USERS = 12;

interface Game {
  /** Produces the fault; afterwards the alarm has to ring. */
  fault(stage: GameDay): Promise<void>;
  /** What the commands to check must show of it. */
  shows: RegExp[];
  /** Puts the cause right, where the commands of the runbook alone do not. */
  repair?(stage: GameDay): void | Promise<void>;
  /** What the remedy's commands answered, used as whoever is on call would. */
  use?(stage: GameDay, answer: string): Promise<void>;
  /** Minutes until the alarm has seen the end of it. */
  later: number;
  /** What the commands under "Over" must show then. */
  over?: RegExp;
}

const track = (stage: GameDay, key: string, event: string, user = 'somebody') =>
  fetch(`${stage.api}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messageId: randomUUID(), userId: user, event, properties: { category: 'shoes' } }),
  });
const times = <T>(count: number, act: () => Promise<T>) => Promise.all(Array.from({ length: count }, act));
const send = (stage: GameDay, method: string, path: string, body: unknown) =>
  fetch(`${stage.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const read = (stage: GameDay, path: string) =>
  fetch(`${stage.api}${path}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
const today = (stage: GameDay): Day => stage.shop.deps.zone.dayOf(stage.shop.now);

/** Users who were here yesterday, so that tonight's run has work. */
async function act(stage: GameDay) {
  for (let user = 0; user < USERS; user++)
    await stage.shop.act(
      `user-${user}`,
      ...[20, 9, 4, 1].map((ago): [string, string] => [`${addDays(today(stage), -ago)}T10:00:00Z`, 'view:shoes']),
    );
}

const GAMES: Record<string, Game> = {
  'callers-get-errors': {
    async fault(stage) {
      stage.faults.decide = () => 'throttle';
      for (let span = 0; span < 2; span++) {
        await times(3, () => read(stage, '/v1/users/user-1/timing'));
        await stage.pass(5);
      }
    },
    shows: [/"store":"failing"/, /"route":"GET \/v1\/users\/\{userId\}\/timing","status":503/, /the store is busy/],
    repair(stage) {
      stage.faults.decide = () => 'pass';
    },
    later: 10,
    over: /"status":"ok"/,
  },

  'events-are-refused': {
    async fault(stage) {
      const made = await send(stage, 'POST', '/v1/keys', { scope: 'write', name: 'site', source: 'website' });
      const { id, key } = (await made.json()) as { id: string; key: string };
      await stage.shop.deps.keys.revoke(id);
      for (let span = 0; span < 3; span++) {
        await times(25, () => track(stage, key, 'Product Viewed'));
        await stage.pass(5);
      }
    },
    shows: [/"rejected":\{"unknown-key":75\}/, /"code":"unknown-key"/],
    async use(stage, answer) {
      const { key } = JSON.parse(answer);
      await times(25, () => track(stage, key, 'Product Viewed'));
    },
    later: 6,
    over: /"source":"website","accepted":25/,
  },

  'no-actions-come-in': {
    async fault(stage) {
      for (let span = 0; span < 30; span += 3) {
        await track(stage, ADMIN_KEY, 'Warenkorb gefüllt');
        await stage.pass(3 * HOUR);
      }
    },
    shows: [/"withoutAction":\d/, /"received":1,"accepted":1/],
    async use(stage) {
      await track(stage, ADMIN_KEY, 'Warenkorb gefüllt');
    },
    later: 1,
    over: /"accepted":\d/,
  },

  'the-nightly-run-failed': {
    async fault(stage) {
      await act(stage);
      stage.model.answers = 'wrongly';
      await stage.night();
    },
    shows: [/FAILED/, /ShardsFailed\s+shards without scores/, /ScorerUnavailable/],
    repair(stage) {
      stage.model.answers = 'well';
    },
    later: 6,
    over: /SUCCEEDED[\s\S]*"day":"/,
  },

  'no-nightly-run-has-succeeded': {
    async fault(stage) {
      await stage.pass(31 * HOUR);
      await act(stage);
    },
    shows: [/Nightly\s+ENABLED/],
    later: 1,
    over: /SUCCEEDED/,
  },

  'an-endpoint-was-left': {
    async fault(stage) {
      await stage.pass(24 * HOUR);
      await act(stage);
      stage.cloud.behaviour.refuses = ['DeleteEndpoint'];
      await stage.night();
      for (let hour = 0; hour < 6; hour++) {
        watchEndpoints(stage);
        await stage.pass(HOUR);
      }
    },
    shows: [/InService/, /FAILED/],
    repair(stage) {
      stage.cloud.behaviour.refuses = [];
    },
    later: HOUR,
    over: /Could not find endpoint/,
  },

  'buyers-are-not-as-forecast': {
    async fault(stage) {
      await stage.pass(24 * HOUR);
      await act(stage);
      await rememberDays(stage, 0.5);
      await stage.night();
    },
    shows: [/"horizon":1,"runs":1\d/],
    async repair(stage) {
      await stage.pass(14 * 24 * HOUR);
      await act(stage);
      await rememberDays(stage, 1);
      await stage.night();
    },
    later: 1,
    over: /"live":\{/,
  },

  'windows-are-not-told': {
    async fault(stage) {
      const day = today(stage);
      const user = stage.shop.deps.pseudonyms.pseudonym('user-1');
      const event = { id: 'evt_1', type: 'buying_window.opened', user, day, since: day } as const;
      await stage.shop.deps.outbox.record([event], stage.shop.now);
      stage.faults.decide = (operation) => (operation === 'Query' ? 'throttle' : 'pass');
      for (let span = 0; span < 3; span++) {
        await expect(stage.functions.deliver({})).rejects.toThrow('busy');
        await stage.pass(5);
      }
      stage.faults.decide = () => 'pass';
    },
    shows: [/"errorMessage":"the store is busy"/],
    async use(_stage, answer) {
      expect(answer).toMatch(/"published":1/);
    },
    later: 6,
  },

  'an-erasure-is-not-carried-out': {
    async fault(stage) {
      await act(stage);
      const body = { regulationType: 'SUPPRESS_WITH_DELETE', subjectType: 'USER_ID', subjectIds: ['user-7'] };
      const asked = await send(stage, 'POST', '/v1/regulations', body);
      expect(asked.status).toBe(200);
      stage.faults.decide = (operation) => (operation === 'DeleteItem' ? 'throttle' : 'pass');
      for (let span = 0; span < 3; span++) {
        await expect(stage.functions.erase({})).rejects.toThrow('busy');
        await stage.pass(10);
      }
    },
    shows: [/"errorMessage":"the store is busy"/],
    repair(stage) {
      stage.faults.decide = () => 'pass';
    },
    async use(stage) {
      expect(await stage.shop.deps.users.get(stage.shop.deps.pseudonyms.pseudonym('user-7'))).toBeUndefined();
    },
    later: 11,
    over: /"waiting":0/,
  },

  'the-header-is-not-replaced': {
    async fault(stage) {
      stage.rotation.cloudFront.looksUntilDeployed = Number.POSITIVE_INFINITY;
      await expect(stage.rotate()).rejects.toThrow('not send the new value everywhere');
      await stage.pass(1);
      expect(await stage.rotation.open()).toEqual([true, true]);
    },
    shows: [/CloudFront does not send the new value everywhere yet/, /"v2": \[\s+"AWSPENDING"\s+\]/],
    repair(stage) {
      stage.rotation.cloudFront.looksUntilDeployed = 2;
    },
    async use(stage) {
      expect(await stage.rotation.open()).toEqual([true, true]);
    },
    later: 6,
    over: /"AWSCURRENT",\s+"AWSPENDING"[\s\S]*"status":"ok"/,
  },
};

/** Where the endpoint is always up, and models are trained. */
const OTHER: Record<string, Game> = {
  'the-model-fails': {
    async fault(stage) {
      await act(stage);
      await stage.night();
      stage.model.answers = 'wrongly';
      expect((await read(stage, '/v1/users/user-1/timing?fresh=true')).status).toBe(503);
      await stage.pass(1);
    },
    shows: [/InService/],
    repair(stage) {
      stage.model.answers = 'well';
    },
    async use(stage) {
      expect((await read(stage, '/v1/users/user-1/timing?fresh=true')).status).toBe(200);
    },
    later: 2,
    over: /SUCCEEDED/,
  },

  'the-gpu-is-nearly-full': {
    async fault(stage) {
      // There is no GPU here: what SageMaker would measure of it is said.
      for (let minute = 0; minute < 3; minute++) {
        stage.note('/aws/sagemaker/Endpoints', 'GPUMemoryUtilization', endpointOf(stage), 95);
        await stage.pass(1);
      }
    },
    shows: [/InService/],
    later: 3,
  },

  'the-model-is-slow': {
    async fault(stage) {
      stage.model.answers = 'slowly';
      for (let minute = 0; minute < 3; minute++) {
        await read(stage, '/v1/users/user-1/timing?fresh=true');
        await stage.pass(1);
      }
    },
    shows: [],
    repair(stage) {
      stage.model.answers = 'well';
    },
    later: 2,
  },

  'the-weekly-training-failed': {
    async fault(stage) {
      await actForWeeks(stage.shop, today(stage), 60);
      stage.cloud.train = (job) =>
        stage.failJob(job, 'AlgorithmError: exit code 1', 'ValueError: the loss is no number');
      await stage.week();
    },
    shows: [/FAILED/, /JobFailed\s+buy-timing-other-\S+: AlgorithmError/, /the loss is no number/],
    async repair(stage) {
      await storeBundle(BUNDLE, stage.shop.deps.objects);
      stage.cloud.train = async (job) => leaveBundle(stage.shop, job, 'weekly-1', -0.05);
    },
    async use(stage) {
      const runs = await stage.type('runs $TRAINER');
      expect(runs).toMatch(/^SUCCEEDED.*\nFAILED/);
    },
    later: 6,
    over: /SUCCEEDED/,
  },
};

/** What the nights of two weeks kept of the forecasts for the next day: `share` of the buyers that were forecast came. */
async function rememberDays({ shop: { deps, now } }: GameDay, share: number) {
  const modelVersion = (await deps.bundles.live()).manifest.version;
  for (let ago = 1; ago <= 13; ago++) {
    const sums = { cells: [[1, -10, 300, 30 * share, 30, 4] as OutcomeCell], logLoss: 100, brier: 25 };
    const day = addDays(deps.zone.dayOf(now), -ago);
    await putOutcome(deps.settings, { day, horizon: 1, modelVersion, correction: 0, ...sums });
  }
}

const endpointOf = ({ stage }: GameDay) => ({ EndpointName: `buy-timing-${stage.name}`, VariantName: 'all' });
/** SageMaker measures the processor of an endpoint that stands. */
function watchEndpoints(stage: GameDay): void {
  if (stage.cloud.endpoints.size > 0) stage.note('/aws/sagemaker/Endpoints', 'CPUUtilization', endpointOf(stage));
}

const STAGES = [
  { name: 'dev', games: GAMES },
  { name: 'other', games: OTHER },
];
const stages = synthesize();

(python && aws ? describe : describe.skip).each(STAGES)('game day of stage $name', ({ name, games }) => {
  let stage: GameDay;
  beforeAll(async () => {
    const templates = stages.find((each) => each.name === name)!;
    stage = await openGameDay(templates, { python: python!, awsFolder: dirname(aws!) });
  }, 180_000);
  afterAll(() => stage.close());
  afterEach(() => stage.mend());

  test.each(Object.entries(games))(
    '%s: it rings, the runbook tells why and what to do, and it is over',
    async (section, game) => {
      const commands = commandsOf(section);
      await game.fault(stage);
      expect(stage.isRinging(section)).toBe(true);
      const shown = await stage.type(commands.check);
      for (const sight of game.shows) expect(shown).toMatch(sight);
      await game.repair?.(stage);
      const answer = await stage.type(commands.remedy);
      await game.use?.(stage, answer);
      await stage.pass(game.later);
      expect(stage.isRinging(section)).toBe(false);
      const over = await stage.type(commands.over);
      if (game.over) expect(over).toMatch(game.over);
    },
    120_000,
  );
});

(python && aws ? test : test.skip)(
  'the id of a request leads from its answer to the log, and to the item that it wrote',
  async () => {
    const stage = await openGameDay(stages[0]!, { python: python!, awsFolder: dirname(aws!) });
    const answer = await track(stage, ADMIN_KEY, 'Product Viewed', 'somebody');
    await track(stage, ADMIN_KEY, 'Product Viewed', 'somebody');
    await track(stage, ADMIN_KEY, 'Product Viewed', 'somebody else');
    const values = `export REQUEST=${answer.headers.get('apigw-requestid')} USER_ID=somebody`;
    const [, logs, ofUser, search] = stepsOf('From a request to what it stored');
    const logged = await stage.type(`${values}\n${logs}`);
    expect(logged).toMatch(/"route":"POST \/v1\/track","status":200/);
    expect(logged).toMatch(/"received":1,"accepted":1/);
    const user = stage.shop.deps.pseudonyms.pseudonym('somebody');
    expect(logged).not.toMatch(new RegExp(`somebody|${user}`));
    expect((await stage.type(`${values}\n${ofUser}`)).match(/"word":"view:shoes"/g)).toHaveLength(1);
    const found = await stage.type(`${values}\n${search}`);
    expect(found.trim().split('\n')).toEqual([expect.stringMatching(new RegExp(`^${user}\\s+\\d{4}-\\d\\d-\\d\\d#`))]);
    await stage.close();
  },
  180_000,
);

test('there is a game for each alarm', () => {
  expect(STAGES.flatMap(({ games }) => Object.keys(games)).sort()).toEqual(alarmSections().sort());
});
