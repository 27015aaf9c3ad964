/** What a shop uses of AWS in a month, by meter: this design, and a naive one beside it. */
import { NIGHTLY_CONCURRENCY } from '../../functions/nightly/steps.ts';
import { JUDGED } from '../../functions/promotion/judge.ts';
import { EXPORTED } from '../../functions/training-export/handler.ts';
import { LOOK_EVERY_SECONDS } from '../training/definition.ts';
import { DAYS, HOURS, MEMORY, MIX, OPENED, SECONDS, type Shop, SIZE, SPEED, STANDING, TRACED } from './mix.ts';
import { evenNight, type NightCounts, nightCounts, statesEntered } from './night.ts';
import type { Meter } from './prices.ts';

export interface Use {
  service: string;
  what: string;
  meter: Meter;
  /** Units a month. */
  quantity: number;
}

const GB = 1e9;
const SECONDS_A_MONTH = DAYS * 86_400;
/** Looks at an endpoint until it is in service, half a minute apart. */
export const LOOKS = SPEED.endpointComes / 30;

export const writeUnits = (bytes: number) => Math.ceil(bytes / 1_024);
/** Eventually consistent; a query is billed by what it reads in all. */
export const readUnits = (bytes: number) => Math.ceil(bytes / 4_096) / 2;

function dynamo(what: string, meter: Meter, quantity: number): Use {
  return { service: 'DynamoDB', what, meter, quantity };
}

/** A month of the shop, the same in both designs. */
function monthOf(shop: Shop) {
  const { users, eventsPerDay, eventsPerRequest, traffic, retentionDays } = shop;
  const requests = (eventsPerDay / eventsPerRequest) * DAYS;
  const acting = users * MIX.acting * DAYS;
  const answers = (users * MIX.answersPerUserDay + MIX.otherRequestsPerDay) * DAYS;
  const preflights = traffic === 'browser' ? acting * MIX.preflightsPerUserDay : 0;
  return {
    requests,
    answers,
    /** User-days with actions. */
    acting,
    edge: requests + preflights + answers,
    events: eventsPerDay * DAYS,
    itemsPerRequest: traffic === 'browser' ? 1 : eventsPerRequest,
    kept: eventsPerDay * retentionDays,
  };
}

type Month = ReturnType<typeof monthOf>;

export function ourUse(shop: Shop): Use[] {
  const month = monthOf(shop);
  const night = nightCounts(evenNight(shop.users, month.kept / shop.users, MIX.acting, MIX.lengths));
  return [
    ...edgeUse(month),
    ...actionsUse(shop, month, night),
    ...usersUse(shop, month, night),
    ...otherTablesUse(month, night),
    ...nightUse(shop, month, night),
    ...promotionUse(shop, month),
    ...filesUse(shop, night),
    ...eventsUse(month),
    ...standingUse(shop, month),
  ];
}

/**
 * One item an event, everyone scored anew by an endpoint that is always up, one score row a user and day, with an index
 * that lists a day's bands as our files do. All else is as here. Its tables are of the standard class: for so many small
 * items the other one, with dearer calls, would cost as much.
 */
export function naiveUse(shop: Shop): Use[] {
  const month = monthOf(shop);
  const history = readUnits((month.kept / shop.users) * SIZE.event);
  const rows = shop.users * DAYS;
  const row = SIZE.row;
  const scored = shop.users * shop.retentionDays;
  const stored = (month.kept * (SIZE.event + SIZE.stored) + scored * (row + SIZE.stored)) / GB;
  return [
    ...edgeUse(month),
    dynamo('an item for each event', 'dynamoWrites', month.events * writeUnits(SIZE.event)),
    dynamo('the actions of everyone, every night', 'dynamoReads', rows * history),
    dynamo('a score row for each user and day', 'dynamoWrites', rows * writeUnits(row)),
    dynamo('their places in the index', 'dynamoWrites', rows * writeUnits(SIZE.rowInIndex)),
    dynamo('timing answers', 'dynamoReads', month.answers * readUnits(row)),
    dynamo('index of the score rows', 'dynamoStorage', (scored * (SIZE.rowInIndex + SIZE.stored)) / GB),
    dynamo('events and score rows', 'dynamoStorage', stored),
    dynamo('events and score rows', 'dynamoBackup', stored),
    { service: 'SageMaker', what: 'endpoint, always', meter: 'endpointHours', quantity: HOURS },
    {
      service: 'Lambda',
      what: 'nightly run',
      meter: 'lambdaSeconds',
      quantity: rows * (SPEED.user + SPEED.asked + (month.kept / shop.users) * SPEED.action),
    },
    ...standingUse({ ...shop, scorer: 'always' }, month),
  ];
}

/** From the client to the function. */
function edgeUse({ requests, answers, edge }: Month): Use[] {
  return [
    { service: 'CloudFront', what: 'requests, preflights included', meter: 'cloudFrontRequests', quantity: edge },
    { service: 'CloudFront', what: 'answers', meter: 'cloudFrontOut', quantity: (edge * SIZE.answer) / GB },
    {
      service: 'CloudFront',
      what: 'bodies to the origin',
      meter: 'cloudFrontToOrigin',
      quantity: (requests * SIZE.request) / GB,
    },
    { service: 'WAF', what: 'web ACL', meter: 'wafAcl', quantity: STANDING.webAcls },
    { service: 'WAF', what: 'rules', meter: 'wafRules', quantity: STANDING.wafRules },
    { service: 'WAF', what: 'requests', meter: 'wafRequests', quantity: edge },
    { service: 'API Gateway', what: 'HTTP API', meter: 'httpApiRequests', quantity: edge },
    { service: 'Lambda', what: 'calls', meter: 'lambdaRequests', quantity: requests + answers },
    { service: 'Lambda', what: 'answers', meter: 'lambdaSeconds', quantity: answers * SECONDS.answer * MEMORY.answer },
    {
      service: 'Lambda',
      what: 'ingest',
      meter: 'lambdaSeconds',
      quantity: requests * SECONDS.ingest * MEMORY.ingest,
    },
  ];
}

function actionsUse(shop: Shop, month: Month, night: NightCounts): Use[] {
  const { retentionDays } = shop;
  const { requests, itemsPerRequest, events, kept } = month;
  const items = requests * itemsPerRequest;
  const perItem = events / items;
  const bytes = SIZE.chunk + perItem * SIZE.action;
  const stored = ((kept / perItem) * (bytes + SIZE.stored)) / GB;
  const history = historyUnits(shop, month);
  const sampled = night.historiesRead - night.modelCalls;
  const of = (what: string, meter: Meter, quantity: number) => dynamo(`Actions: ${what}`, meter, quantity);
  return [
    of('one item a user, day and request', 'dynamoRareWrites', items * writeUnits(bytes)),
    of('read at night, of those who acted', 'dynamoRareReads', DAYS * night.modelCalls * history),
    of('read at night, the sample of the plan', 'dynamoRareReads', DAYS * sampled * history),
    of(`${retentionDays} days`, 'dynamoRareStorage', stored),
    of('point-in-time recovery', 'dynamoBackup', stored),
    of('expiry', 'dynamoExpiry', items),
  ];
}

/** Read units of all that is kept of a user. */
function historyUnits({ users }: Shop, { requests, itemsPerRequest, events, kept }: Month): number {
  const perItem = events / (requests * itemsPerRequest);
  return readUnits((kept / users / perItem) * (SIZE.chunk + perItem * SIZE.action));
}

function usersUse({ users }: Shop, month: Month, night: NightCounts): Use[] {
  const { requests, itemsPerRequest, acting, answers } = month;
  const row = writeUnits(SIZE.user);
  const rows = (users * (SIZE.user + SIZE.stored)) / GB;
  const index = (users * (SIZE.indexRow + SIZE.stored)) / GB;
  const of = (what: string, meter: Meter, quantity: number) => dynamo(`Users: ${what}`, meter, quantity);
  return [
    of('a look for each user of a request', 'dynamoReads', requests * itemsPerRequest * readUnits(SIZE.user)),
    // The day is the key of the index: a row of it goes and one comes.
    of('the first action of a day', 'dynamoWrites', acting * (row + 2 * writeUnits(SIZE.indexRow))),
    of('forecasts', 'dynamoWrites', DAYS * night.forecastsWritten * row),
    of('read at night', 'dynamoReads', DAYS * night.usersRead * readUnits(SIZE.user)),
    of('listed at night', 'dynamoReads', DAYS * readUnits(night.rowsListed * SIZE.indexRow)),
    of('timing answers', 'dynamoReads', answers * readUnits(SIZE.user)),
    of('rows and index', 'dynamoStorage', rows + index),
    // An index is made anew when its table is restored.
    of('point-in-time recovery', 'dynamoBackup', rows),
  ];
}

/** Processes of ingest at once: Lambda keeps some three times as many as are busy. */
export function processesOf(requestsPerSecond: number): number {
  return Math.max(1, Math.ceil(requestsPerSecond * SECONDS.ingest * 3));
}

function otherTablesUse({ requests, acting }: Month, night: NightCounts): Use[] {
  const processes = processesOf(requests / SECONDS_A_MONTH);
  return [
    dynamo('Runs', 'dynamoWrites', DAYS * night.runsWritten * writeUnits(SIZE.run)),
    // The plan is an item of some 20 KB, and read consistently.
    dynamo('Runs', 'dynamoReads', DAYS * night.runsRead * 3),
    // Each process stores its counts every 5 s, reads rules every 10 s, key and suppressions every 30 s.
    dynamo('Sources', 'dynamoWrites', Math.min(requests, (processes * SECONDS_A_MONTH) / 5)),
    dynamo('Settings', 'dynamoReads', Math.min(requests, processes * SECONDS_A_MONTH * (1 / 10 + 1.5 / 30))),
    // Item and index, when it is recorded and when it is told: there the index's row moves to another list.
    dynamo('Outbox', 'dynamoWrites', acting * MIX.windowsPerActing * writeUnits(SIZE.windowEvent) * 5),
    dynamo('Outbox', 'dynamoReads', 8 * deliveries * 0.5),
  ];
}

/** Every three minutes. */
const deliveries = SECONDS_A_MONTH / 180;

function nightUse(shop: Shop, month: Month, night: NightCounts): Use[] {
  const { users, scorer, model } = shop;
  const { endpointHours, shardSeconds } = nightTime(night, shop, month.kept / users);
  const transitions = { nightly: statesEntered(LOOKS), always: 13, lambda: 7 }[scorer] + 2 * night.children;
  // GB of the functions: shards 1, plan and finish 1 and 2, taken as 2.
  const work = shardSeconds * 1 + (SPEED.otherSteps + users / SPEED.finish) * 2;
  const scoring = scorer === 'lambda' ? (night.modelCalls / SPEED.lambda[model]) * 2 : 0;
  return [
    { service: 'SageMaker', what: `endpoint, ${scorer}`, meter: 'endpointHours', quantity: endpointHours },
    { service: 'Lambda', what: 'nightly run', meter: 'lambdaSeconds', quantity: DAYS * work },
    { service: 'Lambda', what: 'the scorer, at night', meter: 'lambdaSeconds', quantity: DAYS * scoring },
    { service: 'Step Functions', what: 'nightly run', meter: 'transitions', quantity: DAYS * transitions },
    { service: 'EventBridge', what: 'schedules', meter: 'schedules', quantity: 2 * DAYS + deliveries + DAYS * 144 },
  ];
}

/** The daily look at what is live; and the training of each week, where there is one. */
function promotionUse(shop: Shop, month: Month): Use[] {
  const { users, trainingHours } = shop;
  const work = DAYS * SECONDS.watch * MEMORY.promotion;
  const watch: Use = { service: 'Lambda', what: 'promotion, the daily watch', meter: 'lambdaSeconds', quantity: work };
  if (trainingHours === 0) return [watch];
  const trainings = DAYS / 7;
  // Export, enough?, name, start; three for each look; the gate, promoted?, the end.
  const states = 7 + (3 * trainingHours * 3_600) / LOOK_EVERY_SECONDS;
  const readBy = (most: { users: number; actions: number }) =>
    Math.min(users, most.users, Math.ceil(most.actions / (month.kept / users)));
  const read = (readBy(EXPORTED) + readBy(JUDGED)) * historyUnits(shop, month);
  const functions = SECONDS.exportAndGate * MEMORY.promotion;
  return [
    watch,
    { service: 'SageMaker', what: 'weekly training', meter: 'spotHours', quantity: trainings * trainingHours },
    { service: 'Lambda', what: 'weekly export and gate', meter: 'lambdaSeconds', quantity: trainings * functions },
    { service: 'Step Functions', what: 'weekly training', meter: 'transitions', quantity: trainings * states },
    dynamo('Actions: read for the weekly training', 'dynamoRareReads', trainings * read),
    { service: 'CloudWatch', what: 'alarm of the training', meter: 'alarms', quantity: STANDING.trainingAlarms },
  ];
}

export interface NightTime {
  /** From the first state to the last. */
  seconds: number;
  /** Of all shards, one after another; of the one that takes longest; of `finish`. */
  shardSeconds: number;
  longestShard: number;
  finishSeconds: number;
  /** Of a month. */
  endpointHours: number;
}

/** @param history actions that are kept of a user */
export function nightTime(night: NightCounts, shop: Pick<Shop, 'scorer' | 'model'>, history: number): NightTime {
  const { scorer, model } = shop;
  const { users, modelCalls, children } = night;
  const shardSeconds = users * SPEED.user + modelCalls * (SPEED.asked + history * SPEED.action);
  // At eight shards a time they wait for the model at least as long as it takes for all of them.
  const scoring =
    scorer === 'lambda' ? modelCalls / SPEED.lambda[model] / NIGHTLY_CONCURRENCY : modelCalls / SPEED.gpu[model];
  const shards = Math.max(shardSeconds / NIGHTLY_CONCURRENCY, scoring);
  const finishSeconds = users / SPEED.finish;
  const seconds = shards + SPEED.otherSteps + finishSeconds + (scorer === 'nightly' ? SPEED.endpointComes : 0);
  return {
    seconds,
    shardSeconds,
    longestShard: (shards * NIGHTLY_CONCURRENCY) / children,
    finishSeconds,
    endpointHours: { nightly: (DAYS * seconds) / 3_600, always: HOURS, lambda: 0 }[scorer],
  };
}

function filesUse({ users, retentionDays }: Shop, night: NightCounts): Use[] {
  const stored = (users * retentionDays * SIZE.files) / GB;
  return [
    { service: 'S3', what: 'files of the night', meter: 's3Writes', quantity: DAYS * night.filesWritten },
    { service: 'S3', what: 'files of the night', meter: 's3Reads', quantity: DAYS * night.filesRead },
    { service: 'S3', what: 'scores, audiences, warehouse', meter: 's3Storage', quantity: stored },
  ];
}

function eventsUse({ acting }: Month): Use[] {
  const work = deliveries * SECONDS.deliver * 0.5 + DAYS * 144 * SECONDS.erase * 2;
  return [
    { service: 'EventBridge', what: 'window events', meter: 'events', quantity: acting * MIX.windowsPerActing },
    { service: 'Lambda', what: 'deliveries and erasures', meter: 'lambdaSeconds', quantity: work },
    { service: 'Lambda', what: 'their calls', meter: 'lambdaRequests', quantity: deliveries + DAYS * 144 },
  ];
}

/** What watches and what stands there, the same in both designs. */
function standingUse({ scorer }: Shop, { requests, answers, edge }: Month): Use[] {
  const access = (edge * SIZE.accessLog) / GB;
  const lines = (requests * SIZE.eventsLine) / GB;
  const alarms = STANDING.alarms + STANDING.scorerAlarms[scorer];
  const newProcesses = DAYS * 24 * 20;
  const opened = (OPENED.tables * SECONDS_A_MONTH) / OPENED.every;
  return [
    { service: 'CloudWatch', what: 'access log', meter: 'logs', quantity: access },
    { service: 'CloudWatch', what: 'what ingest says of each request', meter: 'logs', quantity: lines },
    { service: 'CloudWatch', what: 'logs, kept 90 days', meter: 'logStorage', quantity: (access + lines) * 3 * 0.2 },
    { service: 'CloudWatch', what: 'metrics of ingest', meter: 'metrics', quantity: STANDING.metrics },
    { service: 'CloudWatch', what: 'alarms', meter: 'alarms', quantity: alarms },
    { service: 'X-Ray', what: 'traces, but of ingest', meter: 'traces', quantity: tracesOf(answers) },
    { service: 'Secrets Manager', what: 'pepper and header', meter: 'secrets', quantity: STANDING.secrets },
    { service: 'Secrets Manager', what: 'a call for each new process', meter: 'secretCalls', quantity: newProcesses },
    { service: 'KMS', what: 'keys of the customer', meter: 'keys', quantity: STANDING.customerKeys },
    { service: 'KMS', what: 'tables and secrets opened', meter: 'keyCalls', quantity: opened + newProcesses },
  ];
}

/** Calls that come independently: the first of a second is traced, and some of the others. */
function tracesOf(calls: number): number {
  const first = SECONDS_A_MONTH * (1 - Math.exp(-calls / SECONDS_A_MONTH));
  return first + (calls - first) * TRACED;
}
