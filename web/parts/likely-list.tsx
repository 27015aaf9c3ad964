/** What a user will probably do or buy next, the most probable first. */
import { percent } from '../format.ts';

export interface Likely {
  key: string;
  verb?: string;
  name: string;
  probability: number;
}

export function LikelyList({ items, none }: { items: Likely[]; none: string }) {
  if (items.length === 0) return <p class="muted">{none}</p>;
  return (
    <ol class="likely">
      {items.map(({ key, verb, name, probability }) => (
        <li key={key}>
          <span class="likely-name">
            {verb && <span class="muted">{verb} </span>}
            {name}
          </span>
          <span class="likely-value">{percent(probability)}</span>
          <span class="meter-track" aria-hidden="true">
            <span style={{ width: `${probability * 100}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}
