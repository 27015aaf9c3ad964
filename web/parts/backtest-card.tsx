/** The model behind the forecasts, and what its backtest found before it was put to use. */
import type { Reply } from '../../client/index.ts';
import { NAMES } from '../../core/backtest/verdict.ts';
import { count, fullDay, plural } from '../format.ts';
import { Hint } from './hint.tsx';
import { WideTable } from './wide-table.tsx';

type Quality = Reply<'GET /v1/quality'>;
type ShopBacktest = NonNullable<Quality['backtest']['shop']>;

export function BacktestCard({ model, backtest: { shop, simulated } }: Pick<Quality, 'model' | 'backtest'>) {
  const { trainedOn } = model;
  return (
    <section class="card" aria-labelledby="backtest-title">
      <h2 id="backtest-title">
        <Hint text="Forecasts of days that the model was not trained on, made afterwards, against simpler methods.">
          The model and its backtest
        </Hint>
      </h2>
      <dl class="facts">
        <div>
          <dt>Version</dt>
          <dd>{model.version}</dd>
        </div>
        <div>
          <dt>Trained on</dt>
          <dd>{plural(trainedOn.users, 'user')}</dd>
          <dd class="muted note">
            {trainedOn.actions === undefined ? 'with differential privacy' : `${count(trainedOn.actions)} actions`},{' '}
            {fullDay(trainedOn.firstDay)} to {fullDay(trainedOn.lastDay)}
          </dd>
        </div>
        {simulated && (
          <div>
            <dt>
              <Hint text="Log-loss on simulated shops that it did not see, and the lowest that any forecast could reach on them.">
                Log-loss on simulated shops
              </Hint>
            </dt>
            <dd>{simulated.logLoss.toFixed(4)}</dd>
            <dd class="muted note">{simulated.possible.toFixed(4)} is the best possible</dd>
          </div>
        )}
      </dl>
      {shop ? (
        <ShopResults shop={shop} />
      ) : (
        <p class="muted">
          It was not trained on a log of a shop, so there is no backtest on one: <code>npm run backtest</code> makes one
          on yours.
        </p>
      )}
    </section>
  );
}

function ShopResults({ shop: { verdict, trainEnd, origins, results } }: { shop: ShopBacktest }) {
  const horizons = [...new Set(results.map(({ horizon }) => horizon))];
  const models = [...new Set(results.map(({ model }) => model))];
  const best = (horizon: number) =>
    Math.min(...results.filter((each) => each.horizon === horizon).map(({ logLoss }) => logLoss));
  return (
    <>
      <p>{verdict}</p>
      <p class="muted">
        Trained on what came before {fullDay(trainEnd)}, forecasts of {plural(origins.length, 'day')}. Log-loss, lower
        is better, and AUC.
      </p>
      <WideTable label="Table of the backtest">
        <table class="rows plain">
          <thead>
            <tr>
              <th scope="col">Method</th>
              {horizons.map((horizon) => (
                <th key={horizon} scope="col" class="number">
                  {plural(horizon, 'day')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <tr key={model}>
                <th scope="row">{NAMES[model] ?? model}</th>
                {horizons.map((horizon) => {
                  const found = results.find((each) => each.model === model && each.horizon === horizon);
                  if (!found) return <td key={horizon} class="number" />;
                  const loss = found.logLoss.toFixed(4);
                  return (
                    <td key={horizon} class="number">
                      {found.logLoss === best(horizon) ? <strong>{loss}</strong> : loss}{' '}
                      <span class="muted">{found.auc?.toFixed(3)}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
    </>
  );
}
