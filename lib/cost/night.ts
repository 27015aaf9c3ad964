/** What a nightly run does for a shop of a given shape, counted: the same formulas for a test's shop and for 100 million users. */
import { HORIZONS, LENGTHS, MAX_BATCH } from '../../core/model/contract.ts';
import { SHARDS } from '../../core/tables.ts';
import { READS_AT_ONCE } from '../../functions/nightly/sample.ts';
import { BUSY_SAMPLE, SAMPLE, WAVE } from '../../functions/nightly/steps.ts';
import { PAGE } from '../../functions/runs/audience-files.ts';

/** Keys of one BatchGetItem. */
const KEYS = 100;

export interface ShardShape {
  /** Users who are looked at: their last action is at most 90 days old. */
  users: number;
  /** Those of them whom the model is asked about, by the padded length of their sequence, in the order of LENGTHS. */
  asked: readonly number[];
}

export interface NightShape {
  /** Shards with users. */
  shards: readonly ShardShape[];
  /** Actions that are kept of a user. */
  history: number;
  /** Users in each list of the day: the bands and the shop's own audiences. */
  lists: readonly number[];
  /** Whether a run of the last days left score files. */
  hasBefore: boolean;
  /** Past runs that are held against what happened since: those of 1, 3, 7, 14 and 30 days ago. */
  judged: number;
}

/** Calls and items of a night without the weekly look back. */
export interface NightCounts {
  users: number;
  /** Users whom the model is asked about, and the requests they travel in. */
  modelCalls: number;
  modelRequests: number;
  /** Rows of the index of Users that are listed, by `plan` and by the shards. */
  rowsListed: number;
  /** Rows of Users read whole, and the BatchGetItem calls they take. */
  usersRead: number;
  userBatches: number;
  /** Users whose actions are read, by `plan` and by the shards. */
  historiesRead: number;
  forecastsWritten: number;
  /** Items of Runs. */
  runsRead: number;
  runsWritten: number;
  filesRead: number;
  filesWritten: number;
  filesRemoved: number;
  /** Executions of the Distributed Map: one a shard. */
  children: number;
}

export function nightCounts({ shards, history, lists, hasBefore, judged }: NightShape): NightCounts {
  const filled = shards.length;
  const sum = (value: (shard: ShardShape) => number) => shards.reduce((total, shard) => total + value(shard), 0);
  const askedIn = ({ asked }: ShardShape) => asked.reduce((total, count) => total + count, 0);
  const users = sum((shard) => shard.users);
  const asked = sum(askedIn);
  const sample = sampleOf(shards, sampleSize(history));
  return {
    users,
    modelCalls: asked,
    modelRequests: sum(requestsOf),
    rowsListed: sample.rows + users,
    usersRead: users,
    userBatches: sum((shard) => wavesOf(shard.users).reduce((total, wave) => total + Math.ceil(wave / KEYS), 0)),
    historiesRead: sample.histories + asked,
    forecastsWritten: asked,
    // Each shard its plan and itself, `finish` all of them and the two items of the plan; five times one item; how each run that is judged ended.
    runsRead: 2 * filled + (filled + 2) + 5 + judged,
    // Each shard; the plan, what it says of demand, the plan again after the look back, the finish.
    runsWritten: filled + 4,
    // A shard what it left this day, the day before and on the days that are judged; `finish` the scores and the demand of each.
    filesRead: filled * ((hasBefore ? 2 : 1) + judged) + 2 * filled,
    // A shard its scores, its lines for the warehouse and its demand; `finish` lists, the table for rules, demand.
    filesWritten: 3 * filled + lists.reduce((pages, count) => pages + Math.ceil(count / PAGE), 0) + 2,
    filesRemoved: filled,
    children: filled,
  };
}

/** Users whom `plan` wants, each of so many actions. */
function sampleSize(history: number): number {
  return Math.min(SAMPLE, Math.max(BUSY_SAMPLE.users, Math.ceil(BUSY_SAMPLE.actions / history)));
}

/** `plan` reads shard by shard, some users at once, until it has its sample. */
function sampleOf(shards: readonly ShardShape[], size: number): { rows: number; histories: number } {
  let rows = 0;
  let histories = 0;
  for (const { users } of shards) {
    const left = size - histories;
    if (left <= 0) break;
    rows += users;
    histories += Math.min(users, Math.ceil(left / READS_AT_ONCE) * READS_AT_ONCE);
  }
  return { rows, histories };
}

function wavesOf(users: number): number[] {
  const full = new Array<number>(Math.floor(users / WAVE)).fill(WAVE);
  return users % WAVE === 0 ? full : [...full, users % WAVE];
}

/** Requests to the model: by wave and padded length, 64 users each. Whom it is asked about is spread evenly over the waves. */
function requestsOf({ users, asked }: ShardShape): number {
  return wavesOf(users).reduce(
    (requests, wave) =>
      requests + asked.reduce((total, count) => total + Math.ceil((count * wave) / users / MAX_BATCH), 0),
    0,
  );
}

/**
 * A shop whose users are spread evenly over the shards.
 * @param history actions that are kept of a user
 * @param acting share of the users who acted on the day before, or whose forecast is 31 days old
 * @param lengths shares of padded lengths among them, in the order of LENGTHS
 */
export function evenNight(users: number, history: number, acting: number, lengths: readonly number[]): NightShape {
  const share = (total: number, parts: number, part: number) =>
    Math.floor((total * (part + 1)) / parts) - Math.floor((total * part) / parts);
  const shards = Array.from({ length: Math.min(SHARDS, users) }, (_, shard): ShardShape => {
    const here = share(users, Math.min(SHARDS, users), shard);
    return { users: here, asked: LENGTHS.map((_, i) => Math.round(here * acting * lengths[i]!)) };
  });
  const lists = [users * 0.1, users * 0.1, users * 0.3, users * 0.5].map(Math.round);
  return { shards, history, lists, hasBefore: true, judged: HORIZONS.length };
}

/**
 * States that the state machine enters on a good night with an endpoint of its own, its children apart
 * (lib/nightly/definition.ts): Plan, anyone?, begin, model, configuration, look, create; four for each look after it; look
 * back, map, finish, delete, well?, done.
 */
export function statesEntered(looks: number): number {
  return 13 + 4 * looks;
}

/** Events in the history of that execution: two for a state, three more for a task, four for the map, start and end. */
export function historyEvents(looks: number): number {
  const tasks = 8 + looks;
  return 2 * statesEntered(looks) + 3 * tasks + 4 + 2;
}
