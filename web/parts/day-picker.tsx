/** Chooses among the days that were scored. */
import type { Day } from '../../core/time.ts';
import { fullDay } from '../format.ts';

interface DayPickerProps {
  day: Day;
  /** Oldest first. */
  days: Day[];
  /** Given undefined for the latest day, so that its address stays the plain one. */
  onDay(day: Day | undefined): void;
}

export function DayPicker({ day, days, onDay }: DayPickerProps) {
  const at = days.indexOf(day);
  const choose = (chosen: Day) => onDay(chosen === days.at(-1) ? undefined : chosen);
  const step = (by: number, name: string, sign: string) => {
    const target = days[at + by];
    return (
      <button
        type="button"
        class="quiet step"
        aria-label={target ? `${name}: ${fullDay(target)}` : name}
        disabled={at < 0 || !target}
        onClick={() => target && choose(target)}
      >
        {sign}
      </button>
    );
  };
  return (
    <div class="day-picker">
      {step(-1, 'Day before', '‹')}
      <select aria-label="Day shown" value={day} onChange={(event) => choose(event.currentTarget.value)}>
        {at < 0 && <option value={day}>{fullDay(day)}</option>}
        {[...days].reverse().map((each) => (
          <option key={each} value={each}>
            {fullDay(each)}
          </option>
        ))}
      </select>
      {step(1, 'Day after', '›')}
    </div>
  );
}
