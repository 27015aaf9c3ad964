/** A secret that is shown once. */
import { Command } from './states.tsx';

export function Once({ name, value }: { name: string; value: string }) {
  return (
    <div class="once" role="status">
      <p>
        <strong>{name}.</strong> Copy it now: it is not shown again.
      </p>
      <Command text={value} />
    </div>
  );
}
