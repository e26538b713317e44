/** CONTROL: the same audience with something else done to it, and how the effect grows with the strength of an edit. */
import { useId } from "preact/hooks";
import type { Control, DoseCurve, Effect } from "../../src/protocol/effect";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { decimal, percent, signedPercent } from "../components/number-format";
import { DoseCharts } from "./dose-chart";
import { neuronsName } from "./edit-groups";
import { estimateText } from "./effect-figures";
import type { LabEdit } from "./recipe-edits";
import { effectKey } from "./recipe-key";
import { TaskProgress } from "./task-progress";
import { useTask } from "./use-task";

interface ControlRequest {
  recipe: Recipe;
  edit: LabEdit;
  k: number;
}

interface DoseSectionProps {
  host: Remote<LabHost>;
  recipe: Recipe;
  /** The edit that is varied; null: there is none. */
  edit: LabEdit | null;
  /** The measured effect of the recipe, as the first row beside its controls. */
  effect: Effect | null;
  k: number;
}

/**
 * Measured on request alone: a curve is the effect of some fifteen strengths on three neurons, dozens of times the work
 * of the effect that follows the slider, and would be out of date at every touch.
 */
export function DoseSection({ host, recipe, edit, effect, k }: DoseSectionProps) {
  const id = useId();
  const controls = useTask(({ recipe, k }: ControlRequest, task) => host.controls(recipe, k, task));
  const curve = useTask(({ recipe, edit, k }: ControlRequest, task) =>
    host.doseCurve(recipe, [...edit.neurons], k, task),
  );
  const run = () => {
    if (edit === null) return;
    controls.start({ recipe, edit, k });
    curve.start({ recipe, edit, k });
  };
  const cancel = () => {
    controls.cancel();
    curve.cancel();
  };
  const shares = [controls.running?.share ?? 1, curve.running?.share ?? 1];
  const running = controls.running !== null || curve.running !== null;
  const drawn = curve.last?.answer.ok ? { curve: curve.last.answer.value, of: curve.last.request } : null;
  const rows = controls.last?.answer.ok ? { controls: controls.last.answer.value, of: controls.last.request } : null;
  const oldControls = rows !== null && effectKey(rows.of.recipe) !== effectKey(recipe);
  const oldCurve = drawn !== null && !sameCurve(drawn.of, { recipe, edit, k });
  const current = edit !== null && drawn !== null && !oldCurve ? strengthNow(edit, drawn.curve) : null;
  return (
    <section class="effect" aria-labelledby={id}>
      <div class="outcome-head">
        <h2 id={id}>Dose and controls</h2>
        {!running && edit !== null && (
          <vscode-button secondary={rows !== null && !oldControls && !oldCurve} onClick={run}>
            Measure Controls and Curve
          </vscode-button>
        )}
      </div>
      {running && (
        <TaskProgress what="Measuring controls and curve" share={(shares[0] + shares[1]) / 2} onCancel={cancel} />
      )}
      {edit === null && <p class="quiet">Add an edit on users: its strength is what a curve goes over.</p>}
      {edit !== null && rows === null && drawn === null && !running && (
        <p class="quiet">
          {controls.cancelled || curve.cancelled
            ? "Measuring was cancelled."
            : `Not measured yet: is it the edit of ${neuronsName(edit.label, edit.neurons)} that does it, and how much of it is needed?`}
        </p>
      )}
      {[controls.last, curve.last].map(
        (last, index) =>
          last?.answer.ok === false && (
            <ErrorNote
              key={index}
              what={index === 0 ? "The controls could not be measured" : "The curve could not be measured"}
              error={last.answer.error}
              retry={edit === null ? undefined : run}
            />
          ),
      )}
      {rows !== null && (
        <ControlTable effect={oldControls ? null : effect} controls={rows.controls} stale={oldControls} />
      )}
      {drawn !== null && (
        <div class={oldCurve ? "stale" : undefined}>
          {oldCurve && <p class="quiet">The curve is that of the recipe before.</p>}
          <DoseCharts
            curve={drawn.curve}
            name={neuronsName(drawn.of.edit.label, drawn.of.edit.neurons)}
            now={current}
          />
        </div>
      )}
    </section>
  );
}

/** The strength of the edit itself makes no difference to its curve. */
function sameCurve(one: ControlRequest, other: { recipe: Recipe; edit: LabEdit | null; k: number }): boolean {
  const { edit } = other;
  if (edit === null) return false;
  const operation = (own: LabEdit) => (own.operation === "suppress" ? "set" : own.operation);
  const without = (recipe: Recipe, own: LabEdit) =>
    effectKey({
      ...recipe,
      edits: recipe.edits.map((each) =>
        own.neurons.includes(each.neuron) ? { neuron: each.neuron, operation: "suppress" } : each,
      ),
    });
  return (
    one.k === other.k &&
    one.edit.neurons.join() === edit.neurons.join() &&
    operation(one.edit) === operation(edit) &&
    without(one.recipe, one.edit) === without(other.recipe, edit)
  );
}

function strengthNow(edit: LabEdit, { operation }: DoseCurve): number | null {
  if (edit.operation === "suppress") return operation === "set" ? 0 : null;
  return edit.operation === operation ? edit.value : null;
}

interface ControlTableProps {
  effect: Effect | null;
  controls: readonly Control[];
  stale: boolean;
}

function ControlTable({ effect, controls, stale }: ControlTableProps) {
  const target = effect?.concepts.find((share) => share.target) ?? null;
  const own: Omit<Control, "kind">[] =
    effect === null
      ? []
      : [
          {
            name: "This recipe",
            share: target?.after ?? null,
            rbo: effect.rbo?.value ?? null,
            ndcg20Change: effect.accuracy?.ndcg20Change ?? null,
          },
        ];
  return (
    <div class={stale ? "stale" : undefined}>
      {stale && <p class="quiet">The controls are those of the recipe before.</p>}
      <table class="data">
        <caption class="spoken">The same audience with something else done to it</caption>
        <thead>
          <tr>
            <th scope="col">Control</th>
            <th scope="col" class="number">
              {target === null ? "Share" : <bdi>{target.label}</bdi>}
            </th>
            <th scope="col" class="number">
              RBO
            </th>
            <th scope="col" class="number">
              NDCG@20
            </th>
          </tr>
        </thead>
        <tbody>
          {[...own, ...controls].map(({ name, share, rbo, ndcg20Change }, index) => (
            <tr key={index} class={index < own.length ? "strong" : undefined}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td class="number">{estimateText(share, percent)}</td>
              <td class="number">{decimal(rbo)}</td>
              <td class="number">{estimateText(ndcg20Change, signedPercent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
