/** How far work is, with a way to end it; work that is over at once shows nothing. */
import { useEffect, useState } from "preact/hooks";

const SHOWN_AFTER_MS = 400;

interface TaskProgressProps {
  /** `Measuring the effect` */
  what: string;
  /** In [0, 1]. */
  share: number;
  onCancel: () => void;
}

export function TaskProgress({ what, share, onCancel }: TaskProgressProps) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <section class="task" aria-label={what}>
      <span class="task-name" role="status">
        {what}…
      </span>
      <vscode-progress-bar aria-label={what} max={1} value={share} indeterminate={share === 0} />
      <vscode-button secondary aria-label={`Cancel: ${what}`} onClick={onCancel}>
        Cancel
      </vscode-button>
    </section>
  );
}
