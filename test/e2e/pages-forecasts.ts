/** The same for the pages about forecasts, and for what Today and Settings show of other parts. */
import { expect, test } from '@jest/globals';
import type { Reply } from '../../client/index.ts';
import { amount, count } from '../../web/format.ts';
import { csvOf, type Desk } from './pages.ts';
import { KEYS } from './system.ts';

type Demand = Reply<'GET /v1/demand'>;
type Quality = Reply<'GET /v1/quality'>;
type Events = Reply<'GET /v1/events'>;

/** Addresses of these pages. */
export const FORECAST_PAGES = ['#/demand', '#/quality'];

export function testForecastPages(desk: Desk): void {
  const read = <T>(path: string) => desk.system.get<T>(path);

  test('Demand: chart, categories and lead time are the numbers of the API', async () => {
    const demand = await read<Demand>('/v1/demand?by=category&days=30&leadDays=14');
    const whole = demand.series.filter(({ category }) => category === null);
    const page = await desk.open('#/demand');
    const sum = (points: Demand['series']) => points.reduce((total, { expected }) => total + expected, 0);
    const week = page.getByTestId('week-expected');
    await week.waitFor();
    // Who buys within a day and a week, by the scores themselves.
    const scores = await desk.scores();
    const byScores = (of: 'p_1d' | 'p_7d') => scores.reduce((total, row) => total + Number(row[of]), 0);
    expect(await week.textContent()).toBe(`${amount(byScores('p_7d'))} users`);
    expect(await page.locator('.lede').textContent()).toContain(`${amount(sum(whole.slice(0, 7)))} buyers`);
    expect(whole[0]!.expected).toBeCloseTo(byScores('p_1d'), 1);
    const first = demand.series.find(({ category }) => category && !category.startsWith('~'))!.category!;
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: first, exact: true }) });
    const units = demand.lead!.units.find(({ category }) => category === first)!;
    expect(await row.locator('td').last().textContent()).toBe(amount(units.quantiles.p99));
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: `Demand: ${first}` }).waitFor();
    expect(await week.textContent()).toBe(
      `${amount(sum(demand.series.filter(({ category }) => category === first).slice(0, 7)))} buyers`,
    );
    expect((await csvOf(page)).length).toBe(demand.series.length);
  });

  test('Quality: forecast and outcome are the numbers of the API', async () => {
    const quality = await read<Quality>('/v1/quality');
    const page = await desk.open('#/quality');
    await page.getByText(quality.model.version).waitFor();
    await page.getByText('none has been promoted in its place').waitFor();
    const shown = quality.live!.horizons.find(({ horizon }) => horizon === 3)!;
    await page.goto(`${desk.system.url}/#/quality?horizon=3`);
    await page.getByText(shown.measures.logLoss.toFixed(4)).waitFor();
    for (const { band, n, actual } of shown.bands) {
      const cells = page
        .getByRole('row')
        .filter({ has: page.locator(`[data-band=${band}]`) })
        .locator('td');
      expect([await cells.nth(0).textContent(), await cells.nth(2).textContent()]).toEqual([count(n), count(actual)]);
    }
    await page.getByText(quality.backtest.simulated!.logLoss.toFixed(4)).waitFor();
  });

  test('Quality: an alarm is seen first, and a backtest as a table', async () => {
    const quality = await read<Quality>('/v1/quality');
    const [first] = quality.live!.horizons;
    const alarm = { ...first!.alarm, value: true, actual: 97, expected: 12.34, low99: 4, high99: 22 };
    const measures = { n: 900, rate: 0.2, auc: 0.72, logLoss: 0.5003, brier: 0.1, ece: 0.01, lift10: 2 };
    const results = [
      { model: 'buy-timing', horizon: 7, ...measures },
      { model: 'bgnbd', horizon: 7, ...measures, logLoss: 0.5146 },
    ];
    const changed = { version: 'weekly-2', from: 'weekly-1', by: 'watch', why: 'buyers were 31 % off', forced: false };
    const changes = [{ ...changed, at: '2026-01-02T09:00:00.000Z', what: 'rollback' }];
    const shop = { verdict: 'It was better.', trainEnd: '2026-01-01', origins: ['2026-01-01'], results };
    const page = await desk.open();
    await page.route('**/v1/quality', (route) =>
      route.fulfill({
        json: {
          ...quality,
          changes,
          live: { ...quality.live!, alarm: true, horizons: [{ ...first!, alarm }] },
          drift: { psi: 0.4, alarm: true, from: '2026-01-01', to: '2026-01-08', words: [] },
          backtest: { ...quality.backtest, shop },
        },
      }),
    );
    await page.goto(`${desk.system.url}/#/quality`);
    const alarmed = page.getByTestId('alarm');
    await alarmed.waitFor();
    expect(await alarmed.getAttribute('role')).toBe('alert');
    expect(await alarmed.textContent()).toMatch(
      /97 within 1\sday of the run of .*; 12 were expected, 4 to 22 by chance/,
    );
    await page.getByText('Users do other things than before').waitFor();
    expect(await page.getByRole('row', { name: 'Buy Timing' }).textContent()).toBe('Buy Timing0.5003 0.720');
    expect(await page.getByRole('row', { name: 'weekly-2' }).textContent()).toMatch(
      /2 Jan 2026.*weekly-2 back from weekly-1.*buyers were 31 % off rolled back by watch/,
    );
    expect(await desk.violations(page)).toEqual([]);
  });

  test('Quality: says that it loads, and what to do when that fails', async () => {
    const page = await desk.open();
    const held = Promise.withResolvers<void>();
    let fails = true;
    await page.route('**/v1/quality', async (route) => {
      await held.promise;
      if (!fails) return route.continue();
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"busy"}' });
    });
    await page.goto(`${desk.system.url}/#/quality`);
    await page.getByText('forecasts and outcomes').waitFor();
    expect(await desk.violations(page)).toEqual([]);
    held.resolve();
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    expect(await desk.violations(page)).toEqual([]);
    fails = false;
    await again.click();
    await page.getByTestId('verdict').waitFor();
  });

  test('Today: the windows that opened are those of the API', async () => {
    const { events } = await read<Events>('/v1/events?limit=1000');
    const { day } = await read<Reply<'GET /v1/overview'>>('/v1/overview');
    const opened = events.filter((event) => event.type === 'buying_window.opened' && event.day === day).length;
    const page = await desk.open();
    const shown = page.getByTestId('windows-opened');
    await shown.waitFor();
    expect(await shown.textContent()).toMatch(new RegExp(`^${count(opened)}\\s`));
  });

  test('Settings: a key is made, works and is revoked', async () => {
    const page = await desk.open('#/settings', { admin: KEYS.admin });
    await page.getByRole('button', { name: 'Show the keys' }).click();
    await page.getByLabel('Name').fill('newsletter');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const key = (await page.locator('.once code').textContent()) ?? '';
    const asks = () => fetch(`${desk.system.url}/v1/overview`, { headers: { authorization: `Bearer ${key}` } });
    expect((await asks()).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke newsletter' }).click();
    await page.getByRole('button', { name: 'Revoke newsletter' }).waitFor({ state: 'detached' });
  });

  test('Settings: a webhook to a private address is refused, another one added and removed', async () => {
    const page = await desk.open('#/settings', { admin: KEYS.admin });
    await page.getByRole('button', { name: 'Show the webhooks' }).click();
    await page.getByLabel('Address').fill('https://169.254.169.254/hook');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Address').fill('https://shop.example/hook');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('Secret to check signatures with').waitFor();
    await page.getByRole('button', { name: 'Deliveries' }).click();
    await page.getByText('Nothing was to be delivered yet').waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('There is none yet').waitFor();
  });
}
