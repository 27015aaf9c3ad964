/**
 * The same of 100,000 users, with a log of five days, and with one answer of the model that stands for all of them: what
 * is counted hangs on neither.
 */
import { countNight } from '../support/counted-night.ts';
import type { Bench } from './bench.ts';
import { exactly } from './counted.ts';

/** Five in six of them come on the first four days. */
const USERS = 120_000;

const bench: Bench = async ({ scale, progress }) =>
  exactly(await countNight(Math.max(100, Math.round(USERS * scale)), { days: 5, oneAnswer: true, progress }));

export default bench;
