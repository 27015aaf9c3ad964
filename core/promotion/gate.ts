/** Whether a bundle may take the place of the live one: what the newest weeks say of it, held against stated bounds. */
import type { PairedDifference } from '../backtest/bootstrap.ts';
import { joined } from '../text.ts';
import type { Day } from '../time.ts';

/** What a bundle is held against. */
export type Rival = 'current' | 'logistic';

export interface Evidence {
  candidate: string;
  /** The live version. */
  current: string;
  /** Nothing that was judged trained either of them. */
  origins: Day[];
  /** Last day whose purchases count. */
  end: Day;
  users: number;
  /** Of the candidate, by horizon. */
  horizons: Judged[];
  /** Log-loss, mean of the horizons: the candidate's less the rival's, with a 95 % interval over users. */
  against: { rival: Rival; theirs: number; difference: number; low: number; high: number }[];
}

interface Judged {
  horizon: number;
  n: number;
  /** Users of an origin who bought within the horizon, summed over the origins, and how many were expected. */
  buyers: number;
  expected: number;
  /** Between which 99 % of what chance gives would lie. */
  low99: number;
  high99: number;
  logLoss: number;
}

export interface GateVerdict {
  passes: boolean;
  /** A sentence with its numbers for everything that was looked at; those that refuse first. */
  said: string[];
}

/**
 * Share of a rival's log-loss that the candidate may be worse by: than the live bundle with 95 % confidence, since it takes
 * its place; than logistic regression as far as is known, for in a small shop nothing is known for sure of that.
 */
export const MARGIN = 0.02;
/** Share that expected buyers may be off by, where chance does not explain it: the correction is learned on top. */
export const CALIBRATION = 0.25;
/** Fewer tell nothing. */
export const FEWEST_BUYERS = 50;

/** Pure: the same evidence, the same verdict. */
export function gate(evidence: Evidence): GateVerdict {
  const most = Math.max(0, ...evidence.horizons.map(({ buyers }) => buyers));
  if (most < FEWEST_BUYERS)
    return {
      passes: false,
      said: [
        `refused: ${most} buyers since ${evidence.origins[0] ?? evidence.end} tell too little; ${FEWEST_BUYERS} do`,
      ],
    };
  const checks = [...evidence.against.map((one) => comparison(one, evidence)), calibration(evidence)];
  const refusing = checks.filter(({ passes }) => !passes);
  return {
    passes: refusing.length === 0,
    said: [
      ...refusing.map(({ text }) => `refused: ${text}`),
      ...checks.filter(({ passes }) => passes).map(({ text }) => text),
    ],
  };
}

interface Check {
  passes: boolean;
  text: string;
}

function comparison(
  { rival, theirs, difference, low, high }: Evidence['against'][number],
  { current }: Evidence,
): Check {
  const passes = (rival === 'current' ? high : difference) <= MARGIN * theirs;
  const name = rival === 'current' ? current : 'logistic regression';
  const relative = [difference, low, high].map((value) => percent(value / theirs)) as [string, string, string];
  const text =
    `log-loss against ${name}: ${relative[0]} (95 % between ${relative[1]} and ${relative[2]}), ` +
    `${passes ? 'within' : 'not within'} the margin of ${percent(MARGIN)}`;
  return { passes, text };
}

function calibration({ horizons }: Evidence): Check {
  const off = horizons.filter(
    ({ expected, buyers, low99, high99 }) =>
      (buyers < low99 || buyers > high99) && Math.abs(expected - buyers) > CALIBRATION * buyers,
  );
  const said = (list: readonly Judged[]) =>
    joined(list.map(({ horizon, expected, buyers }) => `${Math.round(expected)} for ${buyers} within ${horizon} days`));
  return off.length > 0
    ? { passes: false, text: `expected buyers are off by more than ${100 * CALIBRATION} % and chance: ${said(off)}` }
    : { passes: true, text: `expected buyers: ${said(horizons)}` };
}

/** With its sign: below 0 is better. */
function percent(share: number): string {
  return `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(1)} %`;
}

/** The mean of the horizons by the bootstrap, as evidence has it. */
export function againstOf(
  paired: readonly PairedDifference[],
  theirs: ReadonlyMap<string, number>,
): Evidence['against'] {
  return paired.flatMap(({ against, horizon, measure, difference, low, high }) =>
    measure === 'logLoss' && horizon === 'mean' && (against === 'current' || against === 'logistic')
      ? [{ rival: against, theirs: theirs.get(against)!, difference, low, high }]
      : [],
  );
}
