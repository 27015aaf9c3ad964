/** Finds a user by the shop's own id. The id is only ever part of a request; the page's address gets the pseudonym. */
import { useState } from 'preact/hooks';
import { ApiFailure } from '../../client/index.ts';
import { go } from '../route.ts';
import { isRefusal, useSession } from '../session.ts';
import { Magnifier } from './icons.tsx';

export function Search() {
  const { api, refuse } = useSession();
  const [id, setId] = useState('');
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<string>();

  const find = async (event: Event) => {
    event.preventDefault();
    const wanted = id.trim();
    if (!wanted || busy) return;
    setAnswer(undefined);
    const pseudonym = /^~([0-9a-f]{64})$/.exec(wanted)?.[1];
    if (pseudonym) {
      setId('');
      return go({ page: 'user', pseudonym });
    }
    setBusy(true);
    try {
      const timing = await api.call('GET /v1/users/{userId}/timing', { path: { userId: wanted } });
      setId('');
      go({ page: 'user', pseudonym: timing.user });
    } catch (error) {
      if (isRefusal(error)) return refuse();
      const unscored = error instanceof ApiFailure && error.told.user;
      if (typeof unscored === 'string') {
        setId('');
        return go({ page: 'user', pseudonym: unscored });
      }
      setAnswer(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <search class="search">
      <form onSubmit={find} aria-busy={busy}>
        <label class="unseen" for="search">
          Find a user by your shop's user id
        </label>
        <Magnifier />
        <input
          id="search"
          type="search"
          placeholder="Find a user by shop id"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          maxLength={256}
          onBlur={() => setAnswer(undefined)}
          value={id}
          onInput={(event) => {
            setId(event.currentTarget.value);
            setAnswer(undefined);
          }}
        />
        <div class="search-answer" role="alert" hidden={!answer}>
          {answer}
        </div>
      </form>
    </search>
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof ApiFailure)) return 'The search failed. Try again.';
  if (error.type === 'unknown-user')
    return 'No user has this id. Ids are matched exactly, upper and lower case included.';
  return error.message;
}
