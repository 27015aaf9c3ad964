/** Keys of the API: listed without themselves, made, revoked. */
import { useState } from 'preact/hooks';
import type { Reply } from '../../client/index.ts';
import { fullDay } from '../format.ts';
import { failureText } from '../save.ts';
import { useSession } from '../session.ts';
import { Once } from './once.tsx';

type Key = Reply<'GET /v1/keys'>['keys'][number];

const SCOPES: { value: Key['scope']; name: string }[] = [
  { value: 'write', name: 'write: sends actions' },
  { value: 'read', name: 'read: sees pseudonyms' },
  { value: 'read:ids', name: "read:ids: sees the shop's own ids" },
  { value: 'admin', name: 'admin: may do everything' },
];

export function KeySettings() {
  const { asAdmin } = useSession();
  const [keys, setKeys] = useState<Key[]>();
  const [made, setMade] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Key['scope']>('read');
  const attempt = async (act: () => Promise<unknown>) => {
    setFailure(undefined);
    try {
      await act();
      setKeys((await asAdmin((client) => client.call('GET /v1/keys'))).keys);
    } catch (error) {
      setFailure(failureText(error));
    }
  };
  const create = (event: Event) => {
    event.preventDefault();
    return attempt(async () => {
      const { key } = await asAdmin((client) => client.call('POST /v1/keys', { body: { scope, name: name.trim() } }));
      setMade(key);
      setName('');
    });
  };
  const revoke = (id: string) =>
    attempt(() => asAdmin((client) => client.call('DELETE /v1/keys/{id}', { path: { id } })));
  return (
    <section class="card" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <p class="muted">Only their hashes are stored; a lost key is replaced, never found again.</p>
      {keys === undefined ? (
        <p>
          <button type="button" class="button" onClick={() => attempt(async () => {})}>
            Show the keys
          </button>
        </p>
      ) : (
        <>
          <ul class="setting-list">
            {keys.map((key) => (
              <li key={key.id}>
                <div>
                  <p>
                    <strong>{key.name || 'without name'}</strong> <span class="muted">{key.scope}</span>
                  </p>
                  <p class="muted small">
                    {key.id}, made {fullDay(key.createdAt.slice(0, 10))}
                    {key.source && `, source ${key.source}`}
                    {key.endsAt && `, ends ${fullDay(key.endsAt.slice(0, 10))}`}
                  </p>
                </div>
                <button type="button" class="quiet" onClick={() => revoke(key.id)}>
                  Revoke<span class="unseen"> {key.name || key.id}</span>
                </button>
              </li>
            ))}
          </ul>
          <form class="form row sunken" onSubmit={create} aria-label="New key">
            <label class="field">
              <span>Name</span>
              <input
                type="text"
                maxLength={200}
                placeholder="newsletter tool"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            </label>
            <label class="field">
              <span>Scope</span>
              <select value={scope} onChange={(event) => setScope(event.currentTarget.value as Key['scope'])}>
                {SCOPES.map((each) => (
                  <option key={each.value} value={each.value}>
                    {each.name}
                  </option>
                ))}
              </select>
            </label>
            <button type="submit" class="button">
              Make a key
            </button>
          </form>
        </>
      )}
      {made && <Once name="The key" value={made} />}
      {failure && (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
    </section>
  );
}
