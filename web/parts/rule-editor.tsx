/** The conditions of a rule, each a line that can be changed, reversed and removed. */
import type { Condition } from '../../core/audiences/rule.ts';
import { STAGES } from '../../core/profiles/stages.ts';
import { BANDS } from '../../core/scores.ts';
import { BAND_WORDS } from '../bands.ts';
import { type Draft, KINDS, type Kind, kindOf, type Line } from '../rules.ts';
import { STAGE_WORDS } from '../stages.ts';
import { Choice, NumberField, PercentField } from './fields.tsx';

const MOST = 32;

interface RuleEditorProps {
  draft: Draft;
  categories: string[];
  onDraft(draft: Draft): void;
}

export function RuleEditor({ draft, categories, onDraft }: RuleEditorProps) {
  const { join, lines } = draft;
  const put = (index: number, line: Line) => onDraft({ join, lines: lines.with(index, line) });
  return (
    <div class="rule">
      <fieldset class="segments">
        <legend>Users who meet</legend>
        {(['all', 'any'] as const).map((name) => (
          <label key={name}>
            <input type="radio" name="join" checked={join === name} onChange={() => onDraft({ join: name, lines })} />
            <span>{name === 'all' ? 'all of these' : 'any of these'}</span>
          </label>
        ))}
      </fieldset>
      <ol class="rule-lines">
        {lines.map((line, index) => (
          <RuleLine
            key={index}
            line={line}
            number={index + 1}
            categories={categories}
            onLine={(changed) => put(index, changed)}
            onRemove={lines.length > 1 ? () => onDraft({ join, lines: lines.toSpliced(index, 1) }) : undefined}
          />
        ))}
      </ol>
      {lines.length < MOST && (
        <button
          type="button"
          class="button"
          onClick={() => onDraft({ join, lines: [...lines, { condition: KINDS.probability.first, not: false }] })}
        >
          Add a condition
        </button>
      )}
    </div>
  );
}

interface RuleLineProps {
  line: Line;
  number: number;
  categories: string[];
  onLine(line: Line): void;
  onRemove?: (() => void) | undefined;
}

function RuleLine({ line, number, categories, onLine, onRemove }: RuleLineProps) {
  const kind = kindOf(line.condition);
  return (
    <li class="rule-line">
      <fieldset>
        <legend class="unseen">Condition {number}</legend>
        <select
          aria-label={`What condition ${number} is about`}
          value={kind}
          onChange={(event) => onLine({ condition: KINDS[event.currentTarget.value as Kind].first, not: false })}
        >
          {Object.entries(KINDS).map(([name, { name: title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <div class="rule-fields">
          <ConditionFields
            condition={line.condition}
            number={number}
            categories={categories}
            onCondition={(condition) => onLine({ ...line, condition })}
          />
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={line.not}
            onChange={(event) => onLine({ ...line, not: event.currentTarget.checked })}
          />
          Not
        </label>
        {onRemove && (
          <button type="button" class="quiet step" aria-label={`Remove condition ${number}`} onClick={onRemove}>
            ×
          </button>
        )}
      </fieldset>
    </li>
  );
}

interface ConditionFieldsProps {
  condition: Condition;
  number: number;
  categories: string[];
  onCondition(condition: Condition): void;
}

function ConditionFields({ condition, number, categories, onCondition }: ConditionFieldsProps) {
  if ('band' in condition) {
    const names = BANDS.map((band) => ({ value: band, name: BAND_WORDS[band].title }));
    return <Choice label="Bands" options={names} chosen={condition.band} onChosen={(band) => onCondition({ band })} />;
  }
  if ('stage' in condition) {
    const names = STAGES.map((stage) => ({ value: stage, name: STAGE_WORDS[stage].title }));
    return (
      <Choice label="Stages" options={names} chosen={condition.stage} onChosen={(stage) => onCondition({ stage })} />
    );
  }
  if ('probability' in condition) {
    const { probability } = condition;
    return (
      <>
        <select
          aria-label="Within"
          value={String(probability.days)}
          onChange={(event) =>
            onCondition({ probability: { ...probability, days: Number(event.currentTarget.value) as 7 } })
          }
        >
          {[1, 3, 7, 14, 30].map((days) => (
            <option key={days} value={String(days)}>
              within {days} {days === 1 ? 'day' : 'days'}
            </option>
          ))}
        </select>
        <PercentField
          label="from"
          value={probability.min}
          onValue={(min) => onCondition({ probability: { ...probability, min } })}
        />
        <PercentField
          label="to"
          value={probability.max}
          onValue={(max) => onCondition({ probability: { ...probability, max } })}
        />
      </>
    );
  }
  if ('category' in condition) {
    const { category } = condition;
    return (
      <>
        <input
          type="text"
          class="wide"
          aria-label="Category"
          placeholder="shoes/running"
          list={`categories-${number}`}
          value={category.name}
          onInput={(event) => onCondition({ category: { ...category, name: event.currentTarget.value.trim() } })}
        />
        <datalist id={`categories-${number}`}>
          {categories.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <PercentField
          label="at least"
          value={category.min}
          onValue={(min) => onCondition({ category: { ...category, min } })}
        />
      </>
    );
  }
  if ('silence' in condition) {
    const { silence } = condition;
    return (
      <>
        <NumberField
          label="from"
          unit="days"
          value={silence.min}
          onValue={(min) => onCondition({ silence: { ...silence, min } })}
        />
        <NumberField
          label="to"
          unit="days"
          value={silence.max}
          onValue={(max) => onCondition({ silence: { ...silence, max } })}
        />
      </>
    );
  }
  if ('bought' in condition) {
    return (
      <NumberField
        label="in the last"
        unit="days"
        value={condition.bought.days}
        onValue={(days = 1) => onCondition({ bought: { days } })}
      />
    );
  }
  return (
    <select
      aria-label="Consent"
      value={String(condition.consent.marketing)}
      onChange={(event) => onCondition({ consent: { marketing: event.currentTarget.value === 'true' } })}
    >
      <option value="true">given</option>
      <option value="false">not given, or never asked</option>
    </select>
  );
}
