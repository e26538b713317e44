/** What every part of a recipe has: a box to switch it off, its name, and a way to remove it. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface RecipeLineProps {
  /** `edit of Horror` */
  what: string;
  name: string;
  title?: string;
  enabled: boolean;
  onEnable: (enabled: boolean) => void;
  onRemove: () => void;
  children?: ComponentChildren;
}

export function RecipeLine({ what, name, title, enabled, onEnable, onRemove, children }: RecipeLineProps) {
  const id = useId();
  return (
    <div class="edit-line">
      <input
        type="checkbox"
        id={id}
        class="check"
        aria-label={`Use the ${what}`}
        checked={enabled}
        onChange={(event) => onEnable(event.currentTarget.checked)}
      />
      <label class="edit-label" for={id} dir="auto" title={title}>
        {name}
      </label>
      {children}
      <button type="button" class="icon-button" aria-label={`Remove the ${what}`} title="Remove" onClick={onRemove}>
        ✕
      </button>
    </div>
  );
}
