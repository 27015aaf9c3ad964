/** Quality: whether the scores can be believed, from this shop's own outcomes. */
import type { Reply } from '../../client/index.ts';
import { BAND_WORDS } from '../bands.ts';
import { amount, count, fullDay, percent, plural } from '../format.ts';
import { BacktestCard } from '../parts/backtest-card.tsx';
import { Hint } from '../parts/hint.tsx';
import { LiveModelsCard } from '../parts/live-models-card.tsx';
import { CorrectionCard, DriftCard } from '../parts/quality-cards.tsx';
import { ReliabilityChart, RunsChart } from '../parts/quality-charts.tsx';
import { Loading, ProblemNotice } from '../parts/states.tsx';
import { WideTable } from '../parts/wide-table.tsx';
import { hrefOf } from '../route.ts';
import { useApi } from '../session.ts';

type Quality = Reply<'GET /v1/quality'>;
type LiveHorizon = NonNullable<Quality['live']>['horizons'][number];

export function QualityPage({ horizon }: { horizon?: number | undefined }) {
  const { data, problem, loading, again } = useApi('quality', (api) => api.call('GET /v1/quality'));
  if (problem && !loading) return <ProblemNotice problem={problem} onAgain={again} />;
  if (!data) return <Loading what="forecasts and outcomes" />;
  const horizons = data.live?.horizons ?? [];
  const shown =
    horizons.find((each) => each.horizon === horizon) ?? horizons.find((each) => each.horizon === 7) ?? horizons[0];
  return (
    <div class="page" aria-busy={loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">Forecasts against what users then did</p>
          <h1>Quality</h1>
        </div>
      </div>
      <Verdict quality={data} shown={shown} />
      {data.live && shown && (
        <>
          <nav class="tabs" aria-label="Horizons">
            {horizons.map((each) => (
              <a
                key={each.horizon}
                href={hrefOf({ page: 'quality', horizon: each.horizon })}
                aria-current={each === shown ? 'page' : undefined}
              >
                {plural(each.horizon, 'day')}
              </a>
            ))}
          </nav>
          <Measures horizon={shown} />
          <div class="split even">
            <section class="card" aria-labelledby="reliability-title">
              <h2 id="reliability-title">
                <Hint text="Each dot is a tenth of all forecasts; on the line, what was forecast is what happened.">
                  Forecast and outcome
                </Hint>
              </h2>
              <p class="muted">Purchases within {plural(shown.horizon, 'day')}, users in ten groups by probability.</p>
              <ReliabilityChart horizon={shown} />
            </section>
            <section class="card" aria-labelledby="runs-title">
              <h2 id="runs-title">
                <Hint text="The line is how many users were expected to buy, its shade what chance allows, the dots how many did.">
                  Buyers of each run
                </Hint>
              </h2>
              <p class="muted">Users of the run who bought within {plural(shown.horizon, 'day')} of it.</p>
              <RunsChart runs={data.live.runs} horizon={shown.horizon} />
            </section>
          </div>
          <BandLift horizon={shown} />
        </>
      )}
      <div class="split even">
        <CorrectionCard correction={data.correction} />
        <DriftCard drift={data.drift} />
      </div>
      <LiveModelsCard changes={data.changes} />
      <BacktestCard model={data.model} backtest={data.backtest} />
    </div>
  );
}

function Verdict({ quality: { live }, shown }: { quality: Quality; shown: LiveHorizon | undefined }) {
  if (!live || !shown) {
    return (
      <section class="card empty">
        <h2>No outcome is known yet</h2>
        <p class="muted">
          A forecast can be judged when its days have passed: the first here a day after the first nightly run.
        </p>
      </section>
    );
  }
  const alarmed = live.horizons.filter(({ alarm }) => alarm.value);
  const { alarm } = shown;
  return (
    <>
      {alarmed.length > 0 && (
        <div class="warning" role="alert" data-testid="alarm">
          <p>
            <strong>Not as forecast:</strong> more or fewer users bought than chance explains.
          </p>
          <ul>
            {alarmed.map(({ horizon, alarm: { day, actual, expected, low99, high99 } }) => (
              <li key={horizon}>
                {count(actual)} within {plural(horizon, 'day')} of the run of {fullDay(day)}; {amount(expected)} were
                expected, {count(low99)} to {count(high99)} by chance.
              </li>
            ))}
          </ul>
        </div>
      )}
      <p class="lede" data-testid="verdict">
        <strong>{plural(alarm.actual, 'user')} bought</strong> within {plural(shown.horizon, 'day')} of the run of{' '}
        {fullDay(alarm.day)}; {amount(alarm.expected)} were expected.
      </p>
    </>
  );
}

function Measures({ horizon: { measures, runs } }: { horizon: LiveHorizon }) {
  const facts = [
    ['Forecasts judged', count(measures.n), `of ${plural(runs, 'run')}`, 'Users of each run, each once a run.'],
    ['Bought', percent(measures.rate), '', 'Share of them who bought within the horizon.'],
    [
      'AUC',
      measures.auc?.toFixed(3) ?? '–',
      '',
      'How often a buyer was ranked above one who did not buy; 0.5 is chance.',
    ],
    ['Log-loss', measures.logLoss.toFixed(4), '', 'The price of wrong probabilities; lower is better.'],
    [
      'Calibration error',
      percent(measures.ece),
      '',
      'How far forecasts and outcomes are apart on average, over ten groups.',
    ],
  ] as const;
  return (
    <dl class="facts card">
      {facts.map(([name, value, note, explain]) => (
        <div key={name}>
          <dt>
            <Hint text={explain}>{name}</Hint>
          </dt>
          <dd>{value}</dd>
          {note && <dd class="muted note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

function BandLift({ horizon }: { horizon: LiveHorizon }) {
  const { rate } = horizon.measures;
  return (
    <section class="card table-card" aria-labelledby="lift-title">
      <div class="padded">
        <h2 id="lift-title">What the bands are worth</h2>
        <p class="muted">Lift: how many times more often the users of a band bought than all users.</p>
      </div>
      <WideTable label="Table of bands">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Band</th>
              <th scope="col" class="number">
                Users
              </th>
              <th scope="col" class="number">
                Expected buyers
              </th>
              <th scope="col" class="number">
                Bought
              </th>
              <th scope="col" class="number">
                <Hint text="Between these lie 95 % of the counts that the probabilities themselves give.">
                  By chance
                </Hint>
              </th>
              <th scope="col" class="number">
                Lift
              </th>
            </tr>
          </thead>
          <tbody>
            {horizon.bands.map(({ band, n, expected, actual, low95, high95 }) => (
              <tr key={band}>
                <th scope="row">
                  <span class="swatch" data-band={band} aria-hidden="true" /> {BAND_WORDS[band].title}
                </th>
                <td class="number">{count(n)}</td>
                <td class="number">{amount(expected)}</td>
                <td class="number">{count(actual)}</td>
                <td class="number muted">
                  {count(low95)} – {count(high95)}
                </td>
                <td class="number">{n > 0 && rate > 0 ? `${(actual / n / rate).toFixed(1)} ×` : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
    </section>
  );
}
