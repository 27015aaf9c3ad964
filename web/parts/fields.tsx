/** Fields of forms: numbers with their unit, shares in percent, choices of several. */

interface FieldProps {
  label: string;
  value: number | undefined;
  onValue(value: number | undefined): void;
}

export function NumberField({ label, unit, value, onValue }: FieldProps & { unit: string }) {
  return (
    <label class="number-field">
      <span>{label}</span>
      <input
        type="number"
        min="0"
        step="1"
        value={value ?? ''}
        onInput={(event) => onValue(read(event.currentTarget.value))}
      />
      <span>{unit}</span>
    </label>
  );
}

/** A share of 0 to 1, written as 0 to 100 %. */
export function PercentField({ label, value, onValue }: FieldProps) {
  return (
    <label class="number-field">
      <span>{label}</span>
      <input
        type="number"
        min="0"
        max="100"
        step="any"
        value={value === undefined ? '' : Number((value * 100).toFixed(6))}
        onInput={(event) => {
          const number = read(event.currentTarget.value);
          onValue(number === undefined ? undefined : Math.min(100, number) / 100);
        }}
      />
      <span>%</span>
    </label>
  );
}

function read(text: string): number | undefined {
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) ? undefined : Math.max(0, number);
}

interface ChoiceProps<Value extends string> {
  label: string;
  options: { value: Value; name: string }[];
  chosen: readonly Value[];
  onChosen(chosen: Value[]): void;
}

/** At least one stays chosen. */
export function Choice<Value extends string>({ label, options, chosen, onChosen }: ChoiceProps<Value>) {
  const toggle = (value: Value) => {
    const after = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value];
    if (after.length > 0) onChosen(options.map((each) => each.value).filter((each) => after.includes(each)));
  };
  return (
    <fieldset class="choice">
      <legend class="unseen">{label}</legend>
      {options.map(({ value, name }) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
