/** What a user is like: how often, how lately and what they buy, against the shop; and what became of past scores. */
import type { ProfileReply } from '../../functions/profile/contract.ts';
import { amount, count, hourText, percent, plural, shortDay } from '../format.ts';
import { useApi } from '../session.ts';
import { STAGE_WORDS } from '../stages.ts';
import { BandBadge } from './band.tsx';
import { type Fact, FactList } from './fact-list.tsx';
import { Hint } from './hint.tsx';
import { WideTable } from './wide-table.tsx';

const CATEGORIES = 6;
const SCORES = 10;

export function ProfileCard({ pseudonym }: { pseudonym: string }) {
  const { data, problem, again } = useApi(`profile ${pseudonym}`, (api) =>
    api.call('GET /v1/users/{userId}/profile', { path: { userId: `~${pseudonym}` } }),
  );
  return (
    <section class="card" aria-labelledby="profile-title" aria-busy={!data && !problem}>
      <h2 id="profile-title">Profile</h2>
      {problem && (
        <p class="muted" role="alert">
          {problem.message}{' '}
          <button type="button" class="quiet" onClick={again}>
            Try again
          </button>
        </p>
      )}
      {data && <Facts profile={data} />}
      {data && data.categories.length > 0 && <Categories categories={data.categories} />}
      {data && data.scores.length > 0 && <Scores scores={data.scores} />}
    </section>
  );
}

function Facts({ profile }: { profile: ProfileReply }) {
  const { stage, recency, frequency, value, rhythm, bestHour } = profile;
  const facts: Fact[] = [
    { name: 'Stage', value: STAGE_WORDS[stage].title, explain: STAGE_WORDS[stage].explain },
    {
      name: 'Last purchase',
      value: recency.purchaseDays === null ? 'never' : `${plural(recency.purchaseDays, 'day')} ago`,
      note: `last seen ${plural(recency.days, 'day')} ago`,
      explain: 'Days from the last purchase, and from the last action of any kind, to the day of the profile.',
    },
    {
      name: 'Bought on',
      value: plural(frequency.purchaseDays, 'day'),
      note: `seen on ${plural(frequency.days, 'day')}`,
      explain: 'Days with a purchase, and days with any action, of all that is kept.',
    },
    {
      name: rhythm.of === 'purchases' ? 'Buys about every' : 'Comes about every',
      value: plural(Math.round(rhythm.gap), 'day'),
      note: `mostly ${Math.round(rhythm.low)} to ${Math.round(rhythm.high)}`,
      explain: 'Usual gap; about two of three gaps lie in the range. It leans on the shop where the user tells little.',
    },
    {
      name: 'Spent',
      value: value.total === null ? 'not known' : count(value.total),
      note: value.perPurchaseDay === null ? undefined : `${amount(value.perPurchaseDay)} a purchase day`,
      explain: "Sum of the values sent with purchases, in the shop's currency.",
    },
    {
      name: 'Best hour',
      value: bestHour ? hourText(bestHour) : 'not known',
      explain: 'When in the week the user is most likely to be there.',
    },
  ];
  return <FactList facts={facts} testId="profile" />;
}

function Categories({ categories }: { categories: ProfileReply['categories'] }) {
  return (
    <WideTable label="Categories of this user">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Category</th>
            <th scope="col" class="number">
              Actions
            </th>
            <th scope="col" class="number">
              Purchases
            </th>
            <th scope="col" class="number">
              Share
            </th>
            <th scope="col" class="number">
              <Hint text="The user's share of this category over that of the whole shop: 1 is as everybody.">
                Against the shop
              </Hint>
            </th>
          </tr>
        </thead>
        <tbody>
          {categories.slice(0, CATEGORIES).map(({ category, actions, purchases, share, affinity }) => (
            <tr key={category}>
              <td>{category}</td>
              <td class="number">{count(actions)}</td>
              <td class="number">{count(purchases)}</td>
              <td class="number">{percent(share)}</td>
              <td class="number">{affinity === null ? '–' : `${amount(affinity)} ×`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  );
}

function Scores({ scores }: { scores: ProfileReply['scores'] }) {
  return (
    <WideTable label="Past scores and what came after">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Score of</th>
            <th scope="col">Band</th>
            <th scope="col" class="number">
              Within 7 days
            </th>
            <th scope="col">What came</th>
          </tr>
        </thead>
        <tbody>
          {scores.slice(0, SCORES).map(({ day, band, probability, bought }) => (
            <tr key={day}>
              <td>{shortDay(day)}</td>
              <td>
                <BandBadge band={band} />
              </td>
              <td class="number">{percent(probability['7d'])}</td>
              <td>{bought['7d'] === null ? 'not over yet' : bought['7d'] ? 'bought' : 'did not buy'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  );
}
