/** Named values with a note each, and a sentence on what they mean. */
import { Hint } from './hint.tsx';

export interface Fact {
  name: string;
  value: string;
  note?: string | undefined;
  explain: string;
}

/** @param testId begins the test id of each value; absent: they have none */
export function FactList({ facts, testId }: { facts: readonly Fact[]; testId?: string }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value, note, explain }) => (
        <div key={name}>
          <dt>
            <Hint text={explain}>{name}</Hint>
          </dt>
          <dd data-testid={testId && `${testId}-${name}`}>{value}</dd>
          {note && <dd class="muted note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
