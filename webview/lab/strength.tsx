/** How strong an edit or a filter is: a slider, the same as a number, and the ends of the scale. */
import { decimal } from "../components/number-format";
import { NumberField } from "./number-field";
import type { StrengthRange } from "./strength-range";

interface StrengthProps {
  /** `Strength of Horror` */
  label: string;
  /** `set to` */
  spoken: string;
  value: number;
  range: StrengthRange;
  /** Null until it is known, or where it is no measure of this. */
  largest: { name: string; value: number } | null;
  disabled: boolean;
  least?: number;
  onValue: (value: number) => void;
}

export function Strength({ label, spoken, value, range, largest, disabled, least, onValue }: StrengthProps) {
  return (
    <div class="strength">
      <input
        type="range"
        class="slider"
        aria-label={label}
        aria-valuetext={`${spoken} ${decimal(value)}`}
        // The bounds come first: a browser clips a value to the bounds it knows.
        min={range.min}
        max={range.max}
        step={range.step}
        value={value}
        disabled={disabled}
        onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
      />
      <NumberField label={`${label} as a number`} value={value} disabled={disabled} least={least} onValue={onValue} />
      <span class="quiet range-ends numbers">
        <span>{decimal(range.min)}</span>
        {largest !== null && (
          <span>
            {largest.name} {decimal(largest.value)}
          </span>
        )}
        <span>{decimal(range.max)}</span>
      </span>
    </div>
  );
}
