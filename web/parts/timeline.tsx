/** What a user did, newest day first, with older pages on request. */
import { useMemo, useState } from 'preact/hooks';
import { type Actions, ApiFailure, type Client } from '../../client/index.ts';
import { type ActionType, isActionType, typeOf } from '../../core/actions/action.ts';
import { plural, timeIn, weekDay } from '../format.ts';
import { useApi, useSession } from '../session.ts';
import { groupByDay, type TimelineDay } from '../timeline.ts';
import { readWord, TYPE_WORDS } from '../words.ts';
import { ActionIcon } from './icons.tsx';
import { Loading } from './states.tsx';

const PAGE = 100;

export function Timeline({ pseudonym, timeZone }: { pseudonym: string; timeZone: string }) {
  const load = (api: Client, cursor?: string) =>
    api.call('GET /v1/users/{userId}/actions', { path: { userId: `~${pseudonym}` }, query: { limit: PAGE, cursor } });
  const first = useApi(`actions ${pseudonym}`, (api) => load(api));
  const { api } = useSession();
  const [older, setOlder] = useState<Actions[]>([]);
  const [failure, setFailure] = useState<string>();
  const pages = first.data ? [first.data, ...older] : [];
  const actions = pages.flatMap((page) => page.actions);
  const days = useMemo(() => groupByDay(actions, timeZone), [actions.length, timeZone]);
  const next = pages.at(-1)?.next;

  if (first.problem && !first.loading) {
    return (
      <p role="alert">
        The actions could not be loaded. {first.problem.message}{' '}
        <button type="button" class="quiet" onClick={first.again}>
          Try again
        </button>
      </p>
    );
  }
  if (!first.data) return <Loading what="actions" part />;
  if (days.length === 0) return <p class="muted">No actions are stored for this user.</p>;
  const loadOlder = () =>
    load(api, next ?? undefined).then(
      (page) => {
        setFailure(undefined);
        setOlder([...older, page]);
      },
      (error: unknown) =>
        setFailure(error instanceof ApiFailure ? error.message : 'Older actions could not be loaded.'),
    );
  return (
    <>
      <ol class="timeline">
        {days.map((day) => (
          <DayOfActions key={day.day} day={day} timeZone={timeZone} />
        ))}
      </ol>
      {failure && <p role="alert">{failure}</p>}
      {next && (
        <button type="button" class="button" onClick={loadOlder}>
          Show older actions
        </button>
      )}
    </>
  );
}

function DayOfActions({ day, timeZone }: { day: TimelineDay; timeZone: string }) {
  const time = timeIn(timeZone);
  return (
    <li>
      <h3>
        {weekDay(day.day)} <span class="muted">{day.day.slice(0, 4)}</span>
        <span class="muted day-count">{plural(day.actions, 'action')}</span>
      </h3>
      <ul>
        {day.entries.map(({ word, at, count: repeats }, index) => {
          const { verb, category } = readWord(word);
          const type = actionTypeOf(word);
          return (
            <li key={index} class="entry">
              <span class="entry-icon" data-near={TYPE_WORDS[type].near}>
                <ActionIcon type={type} />
              </span>
              <span class="entry-words">
                {verb} {category && <strong>{category}</strong>}
                {repeats > 1 && <span class="muted"> {repeats} times</span>}
              </span>
              <time class="muted" dateTime={new Date(at).toISOString()}>
                {time(at)}
              </time>
            </li>
          );
        })}
      </ul>
    </li>
  );
}

function actionTypeOf(word: string): ActionType {
  const type = typeOf(word);
  return isActionType(type) ? type : 'visit';
}
