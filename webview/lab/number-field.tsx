/** A field for one number; what is half typed stays as it is until the field is left. */
import { useState } from "preact/hooks";

interface NumberFieldProps {
  label: string;
  value: number;
  disabled: boolean;
  onValue: (value: number) => void;
}

export function NumberField({ label, value, disabled, onValue }: NumberFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const typed = draft === null ? value : Number(draft);
  return (
    <input
      class="field number number-field"
      aria-label={label}
      type="number"
      step={0.05}
      disabled={disabled}
      aria-invalid={draft !== null && (draft.trim() === "" || !Number.isFinite(typed))}
      value={draft ?? String(Math.round(value * 1000) / 1000)}
      onInput={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        if (text.trim() !== "" && Number.isFinite(Number(text))) onValue(Number(text));
      }}
      onBlur={() => setDraft(null)}
    />
  );
}
