import { CORRECTED } from '../../../core/backtest/corrected.ts';
import { type HorizonEvidence, type ModelResult, OURS } from '../../../core/backtest/judge.ts';
import type { NextVerdict } from '../../../core/backtest/next.ts';
import { NAMES } from '../../../core/backtest/verdict.ts';
import type { Metrics } from '../run.ts';
import { escaped } from './svg.ts';
import { days, number, percent, signed } from './words.ts';

export type Cell = string | { text: string; className: string };

export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = (row: readonly Cell[]) =>
    row.map((cell, i) => {
      const { text, className } = typeof cell === 'string' ? { text: cell, className: '' } : cell;
      return i === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td class="${className}">${escaped(text)}</td>`;
    });
  const top = head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${cells(row).join('')}</tr>`).join('');
  return `<div class="scroll"><table><thead><tr>${top}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** One table a horizon: every model, the best figure of each column marked. */
export function comparison({ results }: Metrics, horizon: number): string {
  const own = results.filter((one) => one.horizon === horizon && one.seed === 'all');
  const columns: { name: string; of: (one: ModelResult) => number; text: (value: number) => string; least?: true }[] = [
    { name: 'log-loss', of: ({ logLoss }) => logLoss, text: (value) => number(value, 4), least: true },
    { name: 'AUC', of: ({ auc }) => auc, text: (value) => number(value, 3) },
    { name: 'average precision', of: ({ averagePrecision }) => averagePrecision, text: (value) => number(value, 3) },
    { name: 'Brier', of: ({ brier }) => brier, text: (value) => number(value, 4), least: true },
    { name: 'calibration error', of: ({ ece }) => ece, text: (value) => percent(value, 1), least: true },
    { name: 'lift, top 1 %', of: ({ lift1 }) => lift1, text: (value) => `${number(value, 1)}×` },
    { name: 'lift, top 10 %', of: ({ lift10 }) => lift10, text: (value) => `${number(value, 1)}×` },
  ];
  const best = columns.map(({ of, least }) => (least ? Math.min : Math.max)(...own.map(of)));
  const rows = own.map((one) => [
    NAMES[one.model] ?? one.model,
    ...columns.map(({ of, text }, i) => ({ text: text(of(one)), className: of(one) === best[i] ? 'best' : '' })),
  ]);
  return table(['', ...columns.map(({ name }) => name)], rows);
}

/** Said against happened for the users of a band or of a length of silence. */
export function groups(list: HorizonEvidence['bands'] | HorizonEvidence['silence'], title: string): string {
  const rows = list
    .filter(({ n }) => n > 0)
    .map(({ name, n, said, happened, low, high }) => {
      const off = said < low || said > high;
      return [
        name,
        number(n),
        percent(said, 1),
        { text: percent(happened, 1), className: off ? 'off' : '' },
        `${percent(low, 1)} to ${percent(high, 1)}`,
      ];
    });
  return table([title, 'users', 'said', 'happened', '95 % interval'], rows);
}

/** Expected buyers against actual ones over all origins, and how often the interval of an origin held. */
export function buyers({ demand, protocol }: Metrics): string {
  const rows = protocol.horizons.flatMap((horizon) => {
    const cells = [OURS, CORRECTED].flatMap((model) => {
      const own = demand.expectedBuyers.filter((one) => one.model === model && one.horizon === horizon);
      if (own.length === 0) return [];
      const sum = (of: (one: (typeof own)[number]) => number) => own.reduce((total, one) => total + of(one), 0);
      const [expected, actual] = [sum((one) => one.expected), sum((one) => one.actual)];
      const held = own.filter((one) => one.actual >= one.low && one.actual <= one.high).length;
      const judged = [number(expected), percent(expected / actual - 1, 1), `${held} of ${own.length}`];
      return model === OURS ? [number(actual), ...judged] : judged;
    });
    return cells.length > 0 ? [[days(horizon), ...cells]] : [];
  });
  const judged = ['off by', 'origins inside 95 %'];
  return table(['within', 'came', 'expected', ...judged, 'corrected', ...judged], rows);
}

/** The seeds one by one: how much the outcome owes to chance in training. */
export function seeds({ results, protocol }: Metrics): string {
  const own = results.filter(({ model }) => model === OURS);
  const names = [...new Set(own.map(({ seed }) => String(seed)))];
  const rows = names.map((name) => [
    name === 'all' ? 'mean of the seeds' : `seed ${name}`,
    ...protocol.horizons.map((horizon) => {
      const found = own.find((one) => one.horizon === horizon && String(one.seed) === name);
      return found ? `${number(found.logLoss, 4)} · ${number(found.auc, 3)}` : '–';
    }),
  ]);
  return table(['log-loss · AUC', ...protocol.horizons.map(days)], rows);
}

export function pairedTable({ paired }: Metrics): string {
  const measures = ['logLoss', 'auc', 'averagePrecision', 'brier', 'ece', 'lift10'] as const;
  const names = [...new Set(paired.map(({ against, horizon }) => `${against} ${horizon}`))];
  const rows = names.map((name) => {
    const [against, horizon] = name.split(' ') as [string, string];
    return [
      `${NAMES[against] ?? against}, ${horizon === 'mean' ? 'mean' : days(Number(horizon))}`,
      ...measures.map((measure) => {
        const one = paired.find(
          (p) => p.against === against && String(p.horizon) === horizon && p.measure === measure,
        )!;
        return `${signed(one.difference)} (${signed(one.low)} to ${signed(one.high)})`;
      }),
    ];
  });
  return table(
    ['Buy Timing minus …', 'log-loss', 'AUC', 'average precision', 'Brier', 'calibration error', 'lift, top 10 %'],
    rows,
  );
}

const GUESSES: Record<string, string> = {
  'buy-timing': 'Buy Timing',
  frequent: 'the user’s most frequent',
  recent: 'the user’s most recent',
  shop: 'the shop’s most frequent',
};

/** How often the first guess, or one of ten, was right; and the log-loss with its difference to ours. */
export function guesses({ results, paired }: NextVerdict): string {
  const best = Math.min(...results.map(({ logLoss }) => logLoss));
  const rows = results.map(({ model, top1, top10, logLoss }) => {
    const pair = paired.find(({ against }) => against === model);
    return [
      GUESSES[model]!,
      percent(top1, 1),
      percent(top10, 1),
      { text: number(logLoss, 3), className: logLoss === best ? 'best' : '' },
      pair ? `${signed(pair.difference, 3)} (${signed(pair.low, 3)} to ${signed(pair.high, 3)})` : '',
    ];
  });
  return table(['', 'first guess right', 'among ten', 'log-loss', 'ours minus theirs'], rows);
}
