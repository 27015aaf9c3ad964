/** What each page is for, done in a browser; every number compared with the API's and with the scores CSV. */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import type { Download, Page } from 'playwright-core';
import type { Audience, Bands, Count, Overview, Reply } from '../../client/index.ts';
import { count, percent, weekDay } from '../../web/format.ts';
import { KEYS, type System } from './system.ts';

export interface Desk {
  readonly system: System;
  open(hash?: string, options?: { admin?: string }): Promise<Page>;
  /** What axe-core objects to. */
  violations(page: Page): Promise<string[]>;
  /** Rows of `npm run scores`. */
  scores(): Promise<Record<string, string>[]>;
}

export function testPages(desk: Desk): void {
  const read = <T>(path: string) => desk.system.get<T>(path);

  test('Today: bands are those of the scores CSV, beside those of the run before', async () => {
    const page = await desk.open();
    const rows = await desk.scores();
    for (const band of ['now', 'soon', 'later', 'unlikely']) {
      const expected = count(rows.filter((row) => row.band === band).length);
      expect([band, await page.getByTestId(`band-${band}`).textContent()]).toEqual([band, expected]);
    }
    const { day, days, bands } = await read<Overview>('/v1/overview');
    const before = await read<Overview>(`/v1/overview?day=${days[days.indexOf(day) - 1]}`);
    const change = bands.soon - before.bands.soon;
    const shown = (await page.getByTestId('change-soon').textContent()) ?? '';
    expect(shown).toContain(change === 0 ? 'as many' : count(Math.abs(change)));
  });

  test("A user: the page's numbers are the API's and those of the scores CSV", async () => {
    const rows = await desk.scores();
    for (const row of [rows[0]!, rows[rows.length >> 1]!, rows.at(-1)!]) {
      const timing = await read<Reply<'GET /v1/users/{userId}/timing'>>(
        `/v1/users/${encodeURIComponent(row.user_id!)}/timing`,
      );
      const page = await desk.open(`#/users/~${timing.user}`);
      await page.getByText('Next purchase expected').waitFor();
      for (const [horizon, value] of Object.entries(timing.probability)) {
        expect(value).toBe(Number(row[`p_${horizon}`]));
        expect(await page.getByTestId(`p-${horizon}`).textContent()).toContain(percent(value));
      }
      expect([timing.band, timing.expected.date, timing.silenceDays]).toEqual([
        row.band,
        row.expected,
        Number(row.silence_days),
      ]);
      await page.getByText(weekDay(row.expected!)).first().waitFor();
      await page.context().close();
    }
  });

  test('Audiences: a rule is built, counted at once, saved, downloaded and deleted', async () => {
    const page = await desk.open('#/audiences');
    await page.getByRole('link', { name: 'New audience' }).click();
    await page.getByLabel('What condition 1 is about').selectOption({ label: 'Probability' });
    await page.getByLabel('from').fill('10');
    const matching = (await desk.scores()).filter((row) => Number(row.p_7d) >= 0.1).length;
    await page.getByTestId('rule-count').getByText(count(matching)).waitFor();
    const rule = { all: [{ probability: { days: 7 as const, min: 0.1 } }] };
    const counted = await desk.system.send<Count>('POST', '/v1/audiences/count', { rule });
    expect(counted).toMatchObject({ count: matching, sampled: false });

    await page.getByLabel('Name').fill('Likely this week');
    await page.getByLabel('Hold out').fill('20');
    await page.getByRole('button', { name: 'Save audience' }).click();
    await page.getByLabel('Admin key', { exact: true }).fill(KEYS.read);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('This key was refused').waitFor();
    await page.getByLabel('Admin key', { exact: true }).fill(KEYS.admin);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL(/#\/audiences\/likely-this-week$/);

    const saved = await read<Audience>('/v1/audiences/likely-this-week');
    expect(saved.count + saved.heldOut).toBe(matching);
    expect(saved.heldOut).toBeGreaterThan(0);
    expect(await page.getByTestId('audience-count').textContent()).toBe(count(saved.count));
    expect(await page.getByTestId('audience-held-out').textContent()).toBe(count(saved.heldOut));
    await page.getByText('for 14 days yet').waitFor();
    expect((await csvOf(page)).length).toBe(saved.count);

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.waitForURL(/#\/audiences$/);
    await page.getByText('No audience of your own yet').waitFor();
    expect(page.url()).not.toContain(KEYS.admin);
  });

  test('Audiences: a rule that cannot be is told why, where it is built', async () => {
    const rule = { all: [{ probability: { days: 7, min: 0.5, max: 0.1 } }] };
    const page = await desk.open(`#/audiences/+?rule=${encodeURIComponent(JSON.stringify(rule))}`);
    await page.locator('.field-error').waitFor();
  });

  test('Sources: what came in, and why something was refused', async () => {
    await fetch(`${desk.system.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.write}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'refused', event: 'Product Viewed', timestamp: 'yesterday' }),
    });
    const page = await desk.open('#/sources');
    await page.getByText('A timestamp is ISO 8601').first().waitFor();
    const { sources } = await read<{ sources: { accepted: number }[] }>('/v1/sources');
    const accepted = sources.reduce((sum, source) => sum + source.accepted, 0);
    expect(await page.getByTestId('accepted').textContent()).toContain(count(accepted));
    expect(await page.content()).not.toContain('yesterday');
  });

  test('Settings: θ is set and measured again', async () => {
    const page = await desk.open('#/settings', { admin: KEYS.admin });
    await page.getByLabel('Set it to').fill('12.5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`${percent(0.125)}, set by the shop`).waitFor();
    expect((await read<Bands>('/v1/bands')).theta).toBe(0.125);
    await page.getByRole('button', { name: 'Measure it again' }).click();
    await page.getByText('Measured on the shop').waitFor();
    expect((await read<Bands>('/v1/bands')).theta).toBeNull();
  });
}

/** The rows below the heading of the file that the page's button gives. */
export async function csvOf(page: Page): Promise<string[]> {
  const [file]: [Download, unknown] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ]);
  return (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/).slice(1);
}
