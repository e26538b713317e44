/** GOAL: a share to be reached at a bearable cost, and the smallest edit that does it. */
import { useId } from "preact/hooks";
import type { DoseGoal, FoundDose } from "../../src/protocol/effect";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { decimal, percent, signedPercent } from "../components/number-format";
import { useSavedState } from "../components/vscode-api";
import { neuronsName } from "./edit-groups";
import { OPERATIONS } from "./edit-row";
import { estimateText } from "./effect-figures";
import { NumberField } from "./number-field";
import type { LabEdit, RecipeChange } from "./recipe-edits";
import { TaskProgress } from "./task-progress";
import { useTask } from "./use-task";

interface GoalDraft {
  direction: "under" | "over";
  /** In per cent. */
  share: number;
  loss: number;
  /** Whether the loss has a limit. */
  limited: boolean;
}

const USUAL: GoalDraft = { direction: "under", share: 5, loss: 1, limited: true };

interface DoseGoalProps {
  host: Remote<LabHost>;
  recipe: Recipe;
  /** Edits on users that are in force. */
  edits: readonly LabEdit[];
  /** Of them, the one whose strength is looked for. */
  edit: LabEdit | null;
  onEdit: (id: number) => void;
  k: number;
  /** Whether accuracy can be measured. */
  interactions: boolean;
  change: (change: RecipeChange) => void;
}

export function DoseGoalForm({ host, recipe, edits, edit, onEdit, k, interactions, change }: DoseGoalProps) {
  const id = useId();
  const [goal, setGoal] = useSavedState<GoalDraft>("goal", USUAL, isGoal);
  const task = useTask(
    ({ recipe, edit, wanted, k }: { recipe: Recipe; edit: LabEdit; wanted: DoseGoal; k: number }, task) =>
      host.findDose(recipe, [...edit.neurons], wanted, k, task),
  );
  if (edit === null) {
    return <p class="quiet">Add an edit first: its strength is what is looked for.</p>;
  }
  const find = () => {
    const share = goal.share / 100;
    const wanted: DoseGoal = { share: goal.direction === "under" ? { atMost: share } : { atLeast: share } };
    if (interactions && goal.limited) wanted.ndcgLoss = goal.loss / 100;
    task.start({ recipe, edit, wanted, k });
  };
  const { last, running } = task;
  return (
    <>
      <div class="form-line">
        <select
          class="field goal-target"
          aria-label="Goal for"
          value={edit.id}
          onChange={(event) => onEdit(Number(event.currentTarget.value))}
        >
          {edits.map((own) => (
            <option key={own.id} value={own.id}>
              {neuronsName(own.label, own.neurons)}
            </option>
          ))}
        </select>
        <select
          class="field"
          aria-label="Under or over"
          value={goal.direction}
          onChange={(event) => setGoal({ ...goal, direction: event.currentTarget.value as GoalDraft["direction"] })}
        >
          <option value="under">under</option>
          <option value="over">over</option>
        </select>
        <NumberField
          label="Share of the list in per cent"
          value={goal.share}
          step={1}
          least={0}
          most={100}
          onValue={(share) => setGoal({ ...goal, share })}
        />
        <span>% of the top {k},</span>
      </div>
      <div class="form-line">
        <input
          type="checkbox"
          id={id}
          class="check"
          checked={interactions && goal.limited}
          disabled={!interactions}
          onChange={(event) => setGoal({ ...goal, limited: event.currentTarget.checked })}
        />
        <label for={id}>at most</label>
        <NumberField
          label="Largest loss of NDCG in per cent"
          value={goal.loss}
          step={0.5}
          least={0}
          most={100}
          disabled={!(interactions && goal.limited)}
          onValue={(loss) => setGoal({ ...goal, loss })}
        />
        <span>% loss of NDCG@20</span>
      </div>
      {!interactions && <p class="quiet">No limit: without interactions accuracy is not measured.</p>}
      {running === null ? (
        <vscode-button secondary onClick={find}>
          Find Dose
        </vscode-button>
      ) : (
        <TaskProgress what="Finding the dose" share={running.share} onCancel={task.cancel} />
      )}
      {task.cancelled && <p class="quiet">Finding the dose was cancelled.</p>}
      {running === null && !task.cancelled && last?.answer.ok === false && (
        <ErrorNote what="No dose could be found" error={last.answer.error} />
      )}
      {running === null && !task.cancelled && last?.answer.ok && (
        <Found
          found={last.answer.value}
          onUse={() => {
            if (!last.answer.ok) return;
            const { operation, strength } = last.answer.value;
            change({ change: "dose", id: last.request.edit.id, operation, value: strength });
          }}
        />
      )}
    </>
  );
}

function Found({ found, onUse }: { found: FoundDose; onUse: () => void }) {
  const { reached, message, operation, strength, concept, share, ndcg20Change } = found;
  const name = OPERATIONS.find((known) => known.operation === operation)?.name ?? operation;
  return (
    <div class={reached ? "note found" : "note warnings found"} role="status">
      <p dir="auto">
        <strong>{reached ? "Found: " : "Not reached: "}</strong>
        {message}
      </p>
      <p class="quiet numbers">
        {name} {decimal(strength)}: <bdi>{concept.label}</bdi> {estimateText(share, percent)}
        {ndcg20Change !== null && `, NDCG@20 ${estimateText(ndcg20Change, signedPercent)}`}
      </p>
      <vscode-button secondary={!reached} onClick={onUse}>
        Use This Dose
      </vscode-button>
    </div>
  );
}

function isGoal(saved: unknown): saved is GoalDraft {
  const { direction, share, loss, limited } = (saved ?? {}) as Partial<GoalDraft>;
  return (
    (direction === "under" || direction === "over") &&
    Number.isFinite(share) &&
    Number.isFinite(loss) &&
    typeof limited === "boolean"
  );
}
