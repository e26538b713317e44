/** A field for one number: what is half typed stays until the field is left, and what is none says why and holds nothing. */
import { useId, useState } from "preact/hooks";

interface NumberFieldProps {
  label: string;
  value: number;
  disabled?: boolean;
  step?: number;
  /** Bounds that hold for what is typed too. */
  least?: number;
  most?: number;
  whole?: boolean;
  onValue: (value: number) => void;
}

export function NumberField(props: NumberFieldProps) {
  const { label, value, disabled = false, step = 0.05, least, most, onValue } = props;
  const id = useId();
  const [draft, setDraft] = useState<Draft | null>(null);
  const shown = String(Math.round(value * 1000) / 1000);
  const fault = draft === null ? null : faultOf(draft, props);
  return (
    <>
      <input
        class="field number number-field"
        aria-label={label}
        type="number"
        step={step}
        min={least}
        max={most}
        disabled={disabled}
        aria-invalid={fault !== null}
        aria-describedby={fault === null ? undefined : id}
        value={draft?.text ?? shown}
        onInput={(event) => {
          const typed = { text: event.currentTarget.value, unreadable: event.currentTarget.validity.badInput };
          setDraft(typed);
          if (faultOf(typed, props) === null) onValue(Number(typed.text));
        }}
        onBlur={() => setDraft(null)}
      />
      {fault !== null && (
        <span id={id} class="field-fault" role="alert">
          {fault} {shown} still holds.
        </span>
      )}
    </>
  );
}

interface Draft {
  text: string;
  /** Something is typed that is no number: a browser tells nothing of it but that, and `text` is empty. */
  unreadable: boolean;
}

function faultOf({ text, unreadable }: Draft, { least, most, whole }: NumberFieldProps): string | null {
  const value = Number(text);
  if (unreadable || text.trim() === "" || !Number.isFinite(value)) return "This is no number.";
  if (whole && !Number.isInteger(value)) return "This is no whole number.";
  if (least !== undefined && value < least) return `The least is ${least}.`;
  if (most !== undefined && value > most) return `The most is ${most}.`;
  return null;
}
