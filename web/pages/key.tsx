/** Asks for the read key, once. */
import { useState } from 'preact/hooks';
import { Mark } from '../parts/icons.tsx';

interface KeyPageProps {
  refused: boolean;
  onKey(key: string, keep: 'tab' | 'device'): void;
}

export function KeyPage({ refused, onKey }: KeyPageProps) {
  const [key, setKey] = useState('');
  const [keep, setKeep] = useState(true);
  const submit = (event: Event) => {
    event.preventDefault();
    if (key.trim()) onKey(key.trim(), keep ? 'device' : 'tab');
  };
  return (
    <main class="gate">
      <form class="gate-card" onSubmit={submit}>
        <Mark size={44} />
        <h1>Who will buy, and when</h1>
        <p class="muted">Enter a read key of this shop to see its buy-timing scores.</p>
        <label for="key">Read key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={key}
          required
          aria-invalid={refused}
          aria-describedby={refused ? 'key-refused' : undefined}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        {refused && (
          <p id="key-refused" class="field-error" role="alert">
            This key was refused: it is unknown, revoked, or may not read. Enter a key of scope read.
          </p>
        )}
        <label class="check">
          <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} />
          Remember it on this device
        </label>
        <button type="submit" class="primary">
          Open the dashboard
        </button>
        <details>
          <summary>Where do I find the key?</summary>
          <p>
            A system on your own machine keeps one as <code>read</code> in <code>keys.json</code> of its data folder.
            Make another with
          </p>
          <pre>
            <code>npm run keys -- create --scope read --name dashboard</code>
          </pre>
          <p>The key stays in this browser and is sent only to this server, never as part of an address.</p>
        </details>
      </form>
    </main>
  );
}
