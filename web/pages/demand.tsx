/** Demand: what will be bought in the next 30 days, per category, and how many units a lead time needs. */
import { useMemo, useState } from 'preact/hooks';
import type { Reply } from '../../client/index.ts';
import { addDays } from '../../core/time.ts';
import { amount, dayRange, fullDay, longDay, plural } from '../format.ts';
import { DemandChart } from '../parts/demand-chart.tsx';
import { Hint } from '../parts/hint.tsx';
import { Loading, NoDataYet, ProblemNotice } from '../parts/states.tsx';
import { WideTable } from '../parts/wide-table.tsx';
import { go, hrefOf } from '../route.ts';
import { failureText, saveAs } from '../save.ts';
import { useApi, useSession } from '../session.ts';

type Demand = Reply<'GET /v1/demand'>;
type DemandPoint = Demand['series'][number];

const LEADS = [3, 7, 14, 21, 30];
/** Categories listed before the reader asks for all. */
const LISTED = 15;

interface DemandPageProps {
  category?: string | undefined;
  lead?: number | undefined;
}

export function DemandPage({ category, lead = 14 }: DemandPageProps) {
  const leadDays = Math.min(30, Math.max(1, lead));
  const { data, problem, loading, again } = useApi(`demand ${leadDays}`, (api) =>
    api.call('GET /v1/demand', { query: { by: 'category', days: 30, leadDays } }),
  );
  if (problem && !loading) {
    if (problem.status === 404) return <NoDataYet problem={problem} />;
    return <ProblemNotice problem={problem} onAgain={again} />;
  }
  if (!data) return <Loading what="the demand" />;
  return <Shown demand={data} category={category} lead={leadDays} loading={loading} />;
}

interface ShownProps {
  demand: Demand;
  category: string | undefined;
  lead: number;
  loading: boolean;
}

function Shown({ demand, category, lead, loading }: ShownProps) {
  const { from, series } = demand;
  const byCategory = useMemo(() => Map.groupBy(series, (point) => point.category), [series]);
  const chosen = category !== undefined && byCategory.has(category) ? category : null;
  const points = byCategory.get(chosen) ?? [];
  const week = expectedOf(points.slice(0, 7));
  const users = demand.within.find(({ days }) => days === 7)?.expected;
  const until = addDays(from, 6);
  return (
    <div class="page" aria-busy={loading}>
      <div class="page-head">
        <div>
          <p class="eyebrow">From {longDay(from)}</p>
          <h1>Demand{chosen !== null && `: ${nameOf(chosen)}`}</h1>
        </div>
        <Download />
      </div>
      <p class="lede">
        {chosen === null && users !== undefined ? (
          <>
            <strong data-testid="week-expected">{amount(users)} users</strong> are expected to buy in the 7 days to{' '}
            {fullDay(until)}, some on several days: the days add up to {amount(week)} buyers.
          </>
        ) : (
          <>
            <strong data-testid="week-expected">{amount(week)} buyers</strong> of {nameOf(chosen)} expected in the 7
            days to {fullDay(until)}.
          </>
        )}
      </p>
      <section class="card" aria-labelledby="chart-title">
        <div class="card-head">
          <h2 id="chart-title">
            <Hint text="A user who buys on two days counts on each; dark is the interval of 8 in 10 days, light that of 19 in 20.">
              Buyers by day
            </Hint>
          </h2>
          <label class="inline-field">
            <span>Category</span>
            <select
              value={chosen ?? ''}
              onChange={(event) => go({ page: 'demand', category: event.currentTarget.value || undefined, lead })}
            >
              {[...byCategory.keys()].map((name) => (
                <option key={name ?? ''} value={name ?? ''}>
                  {nameOf(name)}
                </option>
              ))}
            </select>
          </label>
        </div>
        {points.length > 0 ? (
          <DemandChart points={points} name={nameOf(chosen)} />
        ) : (
          <p class="muted">Nothing is expected here.</p>
        )}
      </section>
      <CategoryTable demand={demand} byCategory={byCategory} chosen={chosen} lead={lead} />
    </div>
  );
}

interface CategoryTableProps {
  demand: Demand;
  byCategory: Map<string | null, DemandPoint[]>;
  chosen: string | null;
  lead: number;
}

function CategoryTable({ demand, byCategory, chosen, lead }: CategoryTableProps) {
  const [all, setAll] = useState(false);
  const units = new Map(demand.lead?.units.map((each) => [each.category, each]));
  const names = [...byCategory.keys()];
  const shown = all ? names : names.slice(0, LISTED);
  const most = Math.max(
    1e-9,
    ...names.filter((name) => name !== null).map((name) => expectedOf(byCategory.get(name)!)),
  );
  return (
    <section class="card table-card" aria-labelledby="categories-title">
      <div class="card-head padded">
        <div>
          <h2 id="categories-title">By category</h2>
          <p class="muted">
            Expected buyers, and units for a lead time of {plural(lead, 'day')}:{' '}
            {dayRange(demand.from, addDays(demand.from, lead - 1))}.
          </p>
        </div>
        <label class="inline-field">
          <span>Lead time</span>
          <select
            value={String(lead)}
            onChange={(event) =>
              go({ page: 'demand', category: chosen ?? undefined, lead: Number(event.currentTarget.value) })
            }
          >
            {[...new Set([...LEADS, lead])]
              .sort((a, b) => a - b)
              .map((days) => (
                <option key={days} value={String(days)}>
                  {plural(days, 'day')}
                </option>
              ))}
          </select>
        </label>
      </div>
      <WideTable label="Table of categories">
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Category</th>
              <th scope="col" class="number">
                7 days
              </th>
              <th scope="col">
                <Hint text="Buyers expected in all 30 days together.">30 days</Hint>
              </th>
              <th scope="col" class="number">
                <Hint text="Units expected within the lead time.">Units</Hint>
              </th>
              <th scope="col" class="number">
                <Hint text="Stock that suffices in 8 of 10 cases.">80 %</Hint>
              </th>
              <th scope="col" class="number">
                <Hint text="Stock that suffices in 19 of 20 cases: a reorder point.">95 %</Hint>
              </th>
              <th scope="col" class="number">
                <Hint text="Stock that suffices in 99 of 100 cases.">99 %</Hint>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((name) => {
              const points = byCategory.get(name) ?? [];
              const needs = units.get(name);
              const month = expectedOf(points);
              return (
                <tr key={name ?? ''} aria-current={name === chosen ? 'true' : undefined}>
                  <th scope="row">
                    <a href={hrefOf({ page: 'demand', category: name ?? undefined, lead })}>{nameOf(name)}</a>
                  </th>
                  <td class="number">{amount(expectedOf(points.slice(0, 7)))}</td>
                  <td>
                    <span class="meter">
                      <span class="meter-value">{amount(month)}</span>
                      <span class="meter-track" aria-hidden="true">
                        {name !== null && <span style={{ width: `${(month / most) * 100}%` }} />}
                      </span>
                    </span>
                  </td>
                  <td class="number">{needs ? amount(needs.expected) : '–'}</td>
                  <td class="number">{needs ? amount(needs.quantiles.p80) : '–'}</td>
                  <td class="number">{needs ? amount(needs.quantiles.p95) : '–'}</td>
                  <td class="number">{needs ? amount(needs.quantiles.p99) : '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </WideTable>
      {names.length > LISTED && (
        <p class="padded">
          <button type="button" class="button" onClick={() => setAll(!all)}>
            {all ? 'Show the first' : `Show all ${names.length}`}
          </button>
        </p>
      )}
      {demand.lead?.units.some((each) => !each.quantityKnown) && (
        <p class="muted small padded">This shop sends no quantities, so each purchase counts as one unit.</p>
      )}
    </section>
  );
}

function Download() {
  const { api } = useSession();
  const [failure, setFailure] = useState<string>();
  const download = () => {
    setFailure(undefined);
    api
      .request('GET /v1/demand', { query: { by: 'category', days: 30 } }, 'text/csv')
      .then((answer) => saveAs(answer, 'demand.csv'))
      .catch((error: unknown) => setFailure(failureText(error)));
  };
  return (
    <div class="page-buttons">
      <button type="button" class="primary" onClick={download}>
        Download CSV
      </button>
      {failure && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}

function expectedOf(points: DemandPoint[]): number {
  return points.reduce((sum, { expected }) => sum + expected, 0);
}

export function nameOf(category: string | null): string {
  if (category === null) return 'Whole shop, known users';
  if (category === '~new') return 'New buyers, not known yet';
  if (category === '~other') return 'All smaller categories';
  return category === '' ? 'without category' : category;
}
