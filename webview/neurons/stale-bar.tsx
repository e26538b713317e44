/** Says that the neurons were made from other files than there are now, and makes them fit again. */
import type { Staleness } from "../../src/protocol/engine";
import type { TrainingHost } from "../components/training";

interface StaleBarProps {
  stale: Staleness;
  host: TrainingHost;
}

export function StaleBar({ stale: { remedy, title, changes }, host }: StaleBarProps) {
  const retrain = remedy === "train";
  return (
    <section class="note stale-bar" role="status" aria-label="Stale neurons">
      <div class="stale-line">
        <strong>{title}</strong>
        <vscode-button onClick={() => (retrain ? host.train() : host.measure())}>
          {retrain ? "Retrain" : "Measure Again"}
        </vscode-button>
      </div>
      <ul>
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
    </section>
  );
}
