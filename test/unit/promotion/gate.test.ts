import fc from 'fast-check';
import { CALIBRATION, type Evidence, FEWEST_BUYERS, gate, MARGIN } from '../../../core/promotion/gate.ts';

const horizon = (days: number, change: Partial<Evidence['horizons'][number]> = {}) => ({
  horizon: days,
  n: 4_000,
  buyers: 400,
  expected: 410,
  low99: 350,
  high99: 460,
  logLoss: 0.3,
  ...change,
});
const against = (rival: 'current' | 'logistic', difference: number, low: number, high: number) => ({
  rival,
  theirs: 0.5,
  difference,
  low,
  high,
});
const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  candidate: 'new-1',
  current: 'old-1',
  origins: ['2026-03-02', '2026-03-09'],
  end: '2026-04-05',
  users: 900,
  horizons: [horizon(7), horizon(14)],
  against: [against('current', -0.002, -0.006, 0.002), against('logistic', -0.004, -0.008, 0.001)],
  ...change,
});

describe('the gate', () => {
  test('lets a bundle through that is no worse, and says by how much', () => {
    expect(gate(evidence())).toEqual({
      passes: true,
      said: [
        'log-loss against old-1: −0.4 % (95 % between −1.2 % and +0.4 %), within the margin of +2.0 %',
        'log-loss against logistic regression: −0.8 % (95 % between −1.6 % and +0.2 %), within the margin of +2.0 %',
        'expected buyers: 410 for 400 within 7 days and 410 for 400 within 14 days',
      ],
    });
  });

  const refused: [string, Partial<Evidence>, RegExp][] = [
    [
      'is worse than the live one',
      { against: [against('current', 0.02, 0.01, 0.03), against('logistic', -0.01, -0.02, 0)] },
      /^refused: log-loss against old-1: \+4\.0 % \(95 % between \+2\.0 % and \+6\.0 %\), not within the margin/,
    ],
    [
      'is worse than logistic regression',
      { against: [against('current', -0.01, -0.02, 0), against('logistic', 0.02, 0.01, 0.03)] },
      /^refused: log-loss against logistic regression: \+4\.0 %/,
    ],
    [
      'may be worse, for all that so few users tell',
      { against: [against('current', 0, -0.03, 0.03), against('logistic', -0.01, -0.02, 0)] },
      /^refused: log-loss against old-1: 0\.0 % \(95 % between −6\.0 % and \+6\.0 %\), not within/,
    ],
    [
      'expects far too many buyers',
      { horizons: [horizon(7), horizon(14, { expected: 700, low99: 640, high99: 760 })] },
      /^refused: expected buyers are off by more than 25 % and chance: 700 for 400 within 14 days$/,
    ],
    [
      'expects far too few',
      { horizons: [horizon(7, { expected: 200, low99: 160, high99: 240 })] },
      /^refused: expected buyers are off .*: 200 for 400 within 7 days$/,
    ],
    [
      'is judged by few buyers',
      { horizons: [horizon(1, { buyers: 12 }), horizon(7, { buyers: 49 })] },
      /^refused: 49 buyers since 2026-03-02 tell too little; 50 do$/,
    ],
    ['is judged by nothing', { horizons: [] }, /^refused: 0 buyers/],
  ];
  test.each(refused)('refuses one that %s, and says why', (_which, change, reason) => {
    const { passes, said } = gate(evidence(change));
    expect(passes).toBe(false);
    expect(said[0]).toMatch(reason);
    expect(said.slice(1).some((line) => line.startsWith('refused'))).toBe(false);
  });

  test('lets a bundle through of which nobody can say whether logistic regression is better', () => {
    const rivals = [against('current', 0, -0.002, 0.002), against('logistic', 0.002, -0.03, 0.03)];
    expect(gate(evidence({ against: rivals })).passes).toBe(true);
  });

  test('lets errors through that chance explains, and those that the correction will take away', () => {
    const byChance = horizon(7, { buyers: 60, expected: 90, low99: 58, high99: 125 });
    const small = horizon(14, { expected: 480, low99: 430, high99: 530 });
    expect(gate(evidence({ horizons: [byChance, small] })).passes).toBe(true);
  });

  const some = fc.record({
    theirs: fc.double({ min: 0.01, max: 1, noNaN: true }),
    difference: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
    half: fc.double({ min: 0, max: 0.1, noNaN: true }),
  });
  const made = fc.record({
    against: fc.tuple(some, some),
    horizons: fc.array(
      fc.record({
        buyers: fc.nat({ max: 1_000 }),
        expected: fc.double({ min: 0, max: 1_000, noNaN: true }),
        half: fc.double({ min: 0, max: 200, noNaN: true }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  });
  const evidenceOf = ({ against: [a, b], horizons }: typeof made extends fc.Arbitrary<infer T> ? T : never) =>
    evidence({
      against: [a, b].map(({ theirs, difference, half }, i) => ({
        rival: i === 0 ? 'current' : 'logistic',
        theirs,
        difference,
        low: difference - half,
        high: difference + half,
      })),
      horizons: horizons.map(({ buyers, expected, half }, i) =>
        horizon(i + 1, { buyers, expected, low99: expected - half, high99: expected + half }),
      ),
    });

  test('passes exactly where every bound is kept, and a refusal has a reason for each that is not', () => {
    fc.assert(
      fc.property(made, (given) => {
        const { against: rivals, horizons } = evidenceOf(given);
        const enough = horizons.some(({ buyers }) => buyers >= FEWEST_BUYERS);
        const worse = rivals.filter(
          ({ rival, difference, high, theirs }) => (rival === 'current' ? high : difference) > MARGIN * theirs,
        ).length;
        const off = horizons.some(
          ({ buyers, expected, low99, high99 }) =>
            (buyers < low99 || buyers > high99) && Math.abs(expected - buyers) > CALIBRATION * buyers,
        );
        const { passes, said } = gate(evidenceOf(given));
        expect(passes).toBe(enough && worse === 0 && !off);
        const reasons = said.filter((line) => line.startsWith('refused: '));
        expect(reasons).toHaveLength(enough ? worse + Number(off) : 1);
        for (const line of said) expect(line).toMatch(/\d/);
      }),
    );
  });

  test('never refuses a better one where it lets a worse one through', () => {
    fc.assert(
      fc.property(made, fc.double({ min: 0, max: 0.1, noNaN: true }), (given, gain) => {
        const worse = evidenceOf(given);
        const better = {
          ...worse,
          against: worse.against.map((one) => ({
            ...one,
            difference: one.difference - gain,
            low: one.low - gain,
            high: one.high - gain,
          })),
        };
        if (gate(worse).passes) expect(gate(better).passes).toBe(true);
      }),
    );
  });
});
