/** The runs that are remembered, newest first, of which some can be chosen to be compared. */
import { useMemo } from "preact/hooks";
import type { RunRecord } from "../../src/protocol/run";
import { useSavedState } from "../components/vscode-api";
import { RunComparison } from "./run-comparison";
import { LISTED, startText, stateText } from "./run-measures";
import { usualSettings } from "./usual-settings";

const MOST_COMPARED = 4;
/** Names of the chosen runs in the charts and tables, in the order of the list. */
const LETTERS = "ABCD";

interface RunHistoryProps {
  /** Newest first. */
  runs: readonly RunRecord[];
  /** Hash of the SAE in use; null where there is none. */
  sae: string | null;
}

export function RunHistory({ runs, sae }: RunHistoryProps) {
  const [saved, save] = useSavedState<string[]>("comparedRuns", [], isStrings);
  const chosen = runs.filter(({ id }) => saved.includes(id)).slice(0, MOST_COMPARED);
  const letterOf = (run: RunRecord) => LETTERS[chosen.indexOf(run)];
  const toggle = (run: RunRecord) => {
    const ids = chosen.map(({ id }) => id);
    save(ids.includes(run.id) ? ids.filter((id) => id !== run.id) : [...ids, run.id]);
  };
  const usual = useMemo(() => usualSettings(runs), [runs]);
  if (runs.length === 0) {
    return (
      <section class="empty" aria-label="No runs yet">
        <p>
          No run has ended on this project yet. Choose settings above and press Train: every run is remembered here with
          its settings, measures and curve.
        </p>
      </section>
    );
  }
  return (
    <>
      <section class="run-history" aria-labelledby="runs">
        <h2 id="runs">Runs</h2>
        <p class="quiet">{hint(chosen.length, runs.length)}</p>
        {usual.text !== "" && <p class="quiet">Unless a row says otherwise: {usual.text}.</p>}
        <div class="wide">
          <RunTable
            runs={runs}
            sae={sae}
            settingsOf={usual.othersOf}
            letterOf={letterOf}
            full={chosen.length === MOST_COMPARED}
            onToggle={toggle}
          />
        </div>
      </section>
      {chosen.length > 0 && <RunComparison runs={chosen.map((run) => ({ run, letter: letterOf(run) }))} sae={sae} />}
    </>
  );
}

function hint(chosen: number, runs: number): string {
  if (chosen === MOST_COMPARED) return `${MOST_COMPARED} runs are compared below, which is as many as fit.`;
  if (chosen === 0) return "Choose runs to see their curves; two to four are compared side by side.";
  if (chosen === 1) return runs === 1 ? "The curves of the run are below." : "Choose another run to compare it with.";
  return `${chosen} runs are compared below.`;
}

interface RunTableProps extends RunHistoryProps {
  /** Settings of a run that need saying. */
  settingsOf: (run: RunRecord) => string[];
  /** Undefined for a run that is not chosen. */
  letterOf: (run: RunRecord) => string | undefined;
  /** No more runs can be chosen. */
  full: boolean;
  onToggle: (run: RunRecord) => void;
}

function RunTable({ runs, sae, settingsOf, letterOf, full, onToggle }: RunTableProps) {
  const searched = runs.some(({ trial }) => trial !== null);
  return (
    <table class="runs">
      <caption class="spoken">Remembered runs, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Compare</th>
          <th scope="col">Began</th>
          {searched && (
            <th scope="col" class="number">
              Trial
            </th>
          )}
          <th scope="col">Preset and settings</th>
          {LISTED.map(({ name }) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => {
          const letter = letterOf(run);
          const began = startText(run);
          return (
            <tr key={run.id} class={letter === undefined ? undefined : "chosen"}>
              <td class="choose">
                <input
                  type="checkbox"
                  class="check"
                  aria-label={`Compare the run of ${began}`}
                  checked={letter !== undefined}
                  disabled={full && letter === undefined}
                  onChange={() => onToggle(run)}
                />
                <strong>{letter}</strong>
              </td>
              <th scope="row">
                <time dateTime={run.started}>{began}</time>
                {run.sae === sae && <span class="badge">current</span>}
              </th>
              {searched && <td class="number">{run.trial ?? ""}</td>}
              <td class="settings">{[run.preset, ...settingsOf(run)].join(" · ")}</td>
              {LISTED.map((measure) => (
                <td key={measure.name} class="number">
                  {measure.text(run)}
                </td>
              ))}
              <td>{stateText(run)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function isStrings(saved: unknown): saved is string[] {
  return Array.isArray(saved) && saved.every((entry) => typeof entry === "string");
}
