import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Reply } from '../../client/index.ts';
import { addDays } from '../../core/time.ts';
import type { AudienceReply } from '../../functions/audiences/contract.ts';
import type { OverviewReply } from '../../functions/overview/contract.ts';
import type { TimingReply } from '../../functions/timing/contract.ts';
import { percent, plural, points } from '../../web/format.ts';
import { findChromium, launchChromium } from '../support/chromium.ts';
import { testPages } from './pages.ts';
import { FORECAST_PAGES, testForecastPages } from './pages-forecasts.ts';
import { KEYS, type System, startSystem } from './system.ts';

const chromium = await findChromium();
const START_MS = 300_000;
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const PAGES = ['#/audiences', '#/audiences/+', '#/audiences/soon', '#/sources', '#/settings', ...FORECAST_PAGES];

(chromium ? describe : describe.skip)('the dashboard of a shop with scores', () => {
  let system: System;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let user: { pseudonym: string; id: string };
  /** Everything that was in the address bar or asked from the server. */
  let addresses: string[];

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ users: 300 }), launchChromium(chromium!)]);
    const { day } = await system.get<OverviewReply>('/v1/overview');
    await system.command('nightly', '--day', addDays(day, -3));
    // Again, so that it judges what the earlier one forecast.
    await system.command('nightly', '--day', day, '--restart');
    const { users } = await firstAudience(system);
    user = { pseudonym: users[0]!.user, id: users[0]!.userId! };
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  afterEach(() => context?.close());

  async function open(
    hash = '',
    options: { key?: string; admin?: string; viewport?: typeof LAPTOP; dark?: boolean } = {},
  ) {
    context = await browser.newContext({
      viewport: options.viewport ?? LAPTOP,
      colorScheme: options.dark ? 'dark' : 'light',
    });
    const key = options.key ?? KEYS.read;
    if (key) await context.addInitScript((value) => localStorage.setItem('buy-timing.read-key', value), key);
    const { admin } = options;
    if (admin) await context.addInitScript((value) => sessionStorage.setItem('buy-timing.admin-key', value), admin);
    page = await context.newPage();
    addresses = [];
    page.on('request', (request) => addresses.push(request.url()));
    page.on('framenavigated', (frame) => addresses.push(frame.url()));
    await page.goto(`${system.url}/${hash}`);
    return page;
  }

  /** Every score of the latest day, as `npm run scores` writes it. */
  async function scores() {
    const file = join(await mkdtemp(join(tmpdir(), 'buy-timing-scores-')), 'scores.csv');
    await system.command('scores', '--out', file);
    const text = await readFile(file, 'utf8');
    await rm(dirname(file), { recursive: true });
    return parse(text, { columns: true }) as Record<string, string>[];
  }

  async function openUser() {
    await open(`#/users/~${user.pseudonym}`);
    await page.getByText('Next purchase expected').waitFor();
  }

  test('asks for the key once, refuses a wrong one, and forgets it when told', async () => {
    await open('', { key: '' });
    await page.getByLabel('Read key').fill('not-a-key');
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await page.getByText('This key was refused').waitFor();
    await page.getByLabel('Read key').fill(KEYS.read);
    await page.getByRole('button', { name: 'Open the dashboard' }).click();
    await page.getByRole('heading', { name: 'When the next purchase is expected' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'When the next purchase is expected' }).waitFor();
    expect(addresses.filter((address) => address.includes(KEYS.read) || address.includes('not-a-key'))).toEqual([]);
    await page.getByRole('button', { name: 'Forget key' }).click();
    await page.getByLabel('Read key').waitFor();
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  });

  test('opens where the browser names a language that Intl refuses', async () => {
    context = await browser.newContext();
    await context.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' }),
    );
    page = await context.newPage();
    await page.goto(system.url);
    await page.getByLabel('Read key').waitFor();
  });

  test('refuses a key that may only write', async () => {
    await open('', { key: KEYS.write });
    await page.getByText('This key was refused').waitFor();
  });

  test("shows today's numbers as the API gives them", async () => {
    const { bands, run, users, day } = await system.get<OverviewReply>('/v1/overview');
    await open();
    for (const [band, expected] of Object.entries(bands)) {
      const shown = (await page.getByTestId(`band-${band}`).textContent()) ?? '';
      expect([band, Number(shown.replaceAll(',', ''))]).toEqual([band, expected]);
    }
    expect(Object.values(bands).reduce((sum, count) => sum + count, 0)).toBe(users);
    await page.getByText(run.modelVersion, { exact: true }).waitFor();
    expect(await page.getByLabel('Day shown').inputValue()).toBe(day);
  });

  test('lists a band in the order of the API and opens a user from it, with the same numbers', async () => {
    const { name, users } = await firstAudience(system);
    await open(`#/users?band=${name}`);
    const rows = page.locator('table.rows tbody tr');
    await rows.first().waitFor();
    const shown = await page
      .locator('table.rows tbody a')
      .evaluateAll((links) => links.map((link) => link.textContent));
    expect(shown).toEqual(users.slice(0, 25).map((each) => `~${each.user.slice(0, 10)}`));
    await rows.first().getByRole('link').click();
    const timing = await system.get<TimingReply>(`/v1/users/~${user.pseudonym}/timing`);
    for (const [horizon, value] of Object.entries(timing.probability)) {
      expect(await page.getByTestId(`p-${horizon}`).textContent()).toContain(percent(value));
    }
    await page.getByRole('heading', { name: 'If the user stays silent' }).waitFor();
    await page.locator('.entry').first().waitFor();
  });

  test('tells why in words, with the numbers of the API', async () => {
    await openUser();
    const { reasons } = await system.get<TimingReply>(`/v1/users/~${user.pseudonym}/timing?explain=true`);
    await page.getByTestId('reason').first().waitFor();
    const shown = await page.getByTestId('reason').allTextContents();
    expect(shown).toEqual(reasons!.map(({ text, effect }) => `${text}${points(effect['7d'])}`));
  });

  test('shows the profile that the API gives', async () => {
    await openUser();
    const profile = await system.get<Reply<'GET /v1/users/{userId}/profile'>>(`/v1/users/~${user.pseudonym}/profile`);
    const bought = page.getByTestId('profile-Bought on');
    await bought.waitFor();
    expect(await bought.textContent()).toBe(plural(profile.frequency.purchaseDays, 'day'));
    const table = page.getByLabel('Past scores and what came after').locator('tbody tr');
    expect(await table.count()).toBe(profile.scores.length);
    expect(await table.first().textContent()).toContain(percent(profile.scores[0]!.probability['7d']));
  });

  test('opens a past day from its address, as it was given then', async () => {
    const { day, days } = await system.get<OverviewReply>('/v1/overview');
    const past = addDays(day, -3);
    expect(days).toEqual([past, day]);
    const { bands } = await system.get<OverviewReply>(`/v1/overview?day=${past}`);
    await open();
    await page.getByRole('button', { name: /^Day before/ }).click();
    await page.waitForURL(`${system.url}/#/?day=${past}`);
    await page.getByText('A past run').waitFor();
    for (const [band, expected] of Object.entries(bands)) {
      expect([band, await page.getByTestId(`band-${band}`).textContent()]).toEqual([band, String(expected)]);
    }
    // Whoever was most probable three days before is still scored today; today's first may have been unknown then.
    const pseudonym = (await firstAudience(system, past)).users[0]!.user;
    await page.goto(`${system.url}/#/users/~${pseudonym}?day=${past}`);
    const timing = await system.get<TimingReply>(`/v1/users/~${pseudonym}/timing?day=${past}`);
    await page.getByText('The curves are kept for the latest score only').waitFor();
    expect(await page.getByTestId('p-7d').textContent()).toContain(percent(timing.probability['7d']));
    await page.getByRole('button', { name: /^Day after/ }).click();
    await page.getByRole('heading', { name: 'If the user stays silent' }).waitFor();
    expect(page.url()).toBe(`${system.url}/#/users/~${pseudonym}`);
  });

  test("finds a user by the shop's id, and shows the pseudonym in the address instead", async () => {
    await open();
    await page.getByRole('searchbox').fill(user.id);
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(`${system.url}/#/users/~${user.pseudonym}`);
    await page.getByText('Next purchase expected').waitFor();
    const withId = addresses
      .map((address) => new URL(address))
      .filter(({ href }) => href.includes(encodeURIComponent(user.id)));
    expect(new Set(withId.map(({ pathname }) => pathname))).toEqual(
      new Set([`/v1/users/${encodeURIComponent(user.id)}/timing`]),
    );
    expect(withId.map(({ search, hash }) => search + hash).join('')).toBe('');
  });

  test('says so when no user has the id', async () => {
    await open();
    await page.getByRole('searchbox').fill('nobody-has-this-id');
    await page.getByRole('searchbox').press('Enter');
    await page.getByText('No user has this id').waitFor();
    expect(page.url()).not.toContain('nobody');
  });

  test('shows what a user did who just came, and when the score will be there', async () => {
    const reply = await fetch(`${system.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEYS.write}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'new-today', event: 'Product Viewed', properties: { category: 'shoes' } }),
    });
    expect(reply.status).toBe(200);
    await open();
    await page.getByRole('searchbox').fill('new-today');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('heading', { name: 'Not scored yet' }).waitFor();
    await page.getByText('Viewed shoes').waitFor();
    expect(page.url()).not.toContain('new-today');
  });

  test('reads a chart out by the arrow keys, and as a table', async () => {
    await open();
    const chart = page.getByRole('img', { name: /^Users by expected day/ });
    await chart.focus();
    await chart.press('ArrowRight');
    await page.locator('.chart-readout:not([hidden])').first().waitFor();
    await page.getByText('Show as table').first().click();
    expect(await page.locator('.chart-table[open] tbody tr').count()).toBeGreaterThan(0);
  });

  const desk = {
    get system() {
      return system;
    },
    open,
    scores,
    violations,
  };
  testPages(desk);
  testForecastPages(desk);

  test.each(['', '#/users?band=unlikely', 'user', ...PAGES])(
    'fits a phone without sideways scrolling: %s',
    async (hash) => {
      await open(hash === 'user' ? `#/users/~${user.pseudonym}` : hash, { viewport: PHONE });
      await page.waitForLoadState('networkidle');
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(widths[0]).toBeLessThanOrEqual(widths[1]!);
    },
  );

  test.each([false, true])(
    'has nothing that axe finds at fault, dark: %s',
    async (dark) => {
      for (const hash of ['', '#/users?band=unlikely', `#/users/~${user.pseudonym}`, ...PAGES]) {
        await open(hash, { dark });
        await page.waitForLoadState('networkidle');
        expect(await violations(page)).toEqual([]);
        await context.close();
      }
    },
    120_000,
  );

  test('has nothing that axe finds at fault where the key is asked', async () => {
    await open('', { key: '' });
    expect(await violations(page)).toEqual([]);
  });

  test('keeps to the policy of its own server: nothing is blocked and nothing fails', async () => {
    const complaints: string[] = [];
    await openUser();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.reload();
    await page.getByText('Next purchase expected').waitFor();
    await page.waitForLoadState('networkidle');
    expect(complaints).toEqual([]);
    expect(addresses.filter((address) => !address.startsWith(system.url))).toEqual([]);
  });
});

(chromium ? describe : describe.skip)('the dashboard of an empty shop', () => {
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ empty: true }), launchChromium(chromium!)]);
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  test('says how to begin, and what to do when the system is gone', async () => {
    const page = await browser.newPage();
    await page.addInitScript((key) => localStorage.setItem('buy-timing.read-key', key), KEYS.read);
    await page.goto(system.url);
    await page.getByRole('heading', { name: 'No scores yet' }).waitFor();
    await page.getByText('npm run import --').waitFor();
    await page.getByText(`${system.url}/v1/track`).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${system.url}/#/quality`);
    await page.getByText('No outcome is known yet').waitFor();
    await page.getByText('There is nothing to compare with yet').waitFor();
    expect(await violations(page)).toEqual([]);
    await system.stop();
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByText('see that npm start is still running').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });
});

/** The first band that has users. */
async function firstAudience(system: System, day?: string) {
  type WithIds = AudienceReply & { users: { userId?: string }[] };
  for (const band of ['now', 'soon', 'later', 'unlikely']) {
    const audience = await system.get<WithIds>(`/v1/audiences/${band}?limit=100${day ? `&day=${day}` : ''}`);
    if (audience.users.length > 0) return audience;
  }
  throw new Error('the demo shop has no scored user');
}

/** What axe-core objects to, as `rule: where`. */
async function violations(page: Page): Promise<string[]> {
  const { default: axe } = await import('axe-core');
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
