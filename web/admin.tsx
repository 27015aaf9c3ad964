/** The admin key: asked when something is to be changed, kept for this tab, sent as a header only. */
import { useRef, useState } from 'preact/hooks';
import { ApiFailure, type Client, createClient } from '../client/index.ts';

const NAME = 'buy-timing.admin-key';

/** Thrown when the reader does not enter a key. */
export class NoAdminKey extends Error {}

export type AsAdmin = <T>(act: (client: Client) => Promise<T>) => Promise<T>;

export function forgetAdminKey(): void {
  sessionStorage.removeItem(NAME);
}

/** @returns `asAdmin`, and the dialog that it opens where there is no key or the server refuses it */
export function useAdmin() {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = useRef<(key: string | undefined) => void>(undefined);
  const [refused, setRefused] = useState(false);

  const ask = () =>
    new Promise<string | undefined>((resolve) => {
      answer.current = resolve;
      dialog.current?.showModal();
    });
  const asAdmin: AsAdmin = async (act) => {
    for (let again = false; ; again = true) {
      setRefused(again);
      const key = sessionStorage.getItem(NAME) ?? (await ask());
      if (!key) throw new NoAdminKey('nothing was changed');
      try {
        const result = await act(createClient({ url: '', key }));
        sessionStorage.setItem(NAME, key);
        return result;
      } catch (error) {
        if (!(error instanceof ApiFailure) || (error.status !== 401 && error.status !== 403)) {
          sessionStorage.setItem(NAME, key);
          throw error;
        }
        forgetAdminKey();
      }
    }
  };
  const settle = (key: string | undefined) => {
    dialog.current?.close();
    answer.current?.(key);
    answer.current = undefined;
  };
  const element = <AdminDialog holder={dialog} refused={refused} onKey={settle} />;
  return { asAdmin, dialog: element };
}

interface AdminDialogProps {
  holder: { current: HTMLDialogElement | null };
  refused: boolean;
  onKey(key: string | undefined): void;
}

function AdminDialog({ holder, refused, onKey }: AdminDialogProps) {
  const [key, setKey] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (!key.trim()) return;
    onKey(key.trim());
    setKey('');
  };
  return (
    <dialog ref={holder} class="dialog" aria-labelledby="admin-title" onClose={() => onKey(undefined)}>
      <form class="form" onSubmit={submit}>
        <h2 id="admin-title">This needs an admin key</h2>
        <p class="muted">The key stays in this tab until you close it.</p>
        <label class="field" for="admin-key">
          <span>Admin key</span>
          <input
            id="admin-key"
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={key}
            aria-invalid={refused}
            aria-describedby={refused ? 'admin-refused' : undefined}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        {refused && (
          <p id="admin-refused" class="field-error" role="alert">
            This key was refused: it is unknown, or its scope is not admin.
          </p>
        )}
        <p class="buttons">
          <button type="submit" class="primary">
            Go on
          </button>
          <button type="button" class="quiet" onClick={() => onKey(undefined)}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}
