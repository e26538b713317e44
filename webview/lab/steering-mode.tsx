/** How edited activations become an embedding again. */
import type { SteeringMode as Mode } from "../../src/protocol/steering";

const EXPLANATIONS: Record<Mode, string> = {
  delta: "Adds only what the edits change, so that no edit changes nothing.",
  reconstruct: "Replaces the user by what the SAE decodes, so that its error changes the list too.",
};

export function SteeringMode({ mode, onChange }: { mode: Mode; onChange: (mode: Mode) => void }) {
  return (
    <div class="mode">
      <label>
        Mode{" "}
        <select
          class="field"
          value={mode}
          onChange={(event) => onChange(event.currentTarget.value as Mode)}
          aria-describedby="mode-explanation"
        >
          <option value="delta">delta</option>
          <option value="reconstruct">reconstruct</option>
        </select>
      </label>
      <span id="mode-explanation" class="quiet">
        {EXPLANATIONS[mode]}
      </span>
    </div>
  );
}
