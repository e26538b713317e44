/** A and B side by side: what each does to its audience, and what it costs. */
import { useId } from "preact/hooks";
import type { Effect } from "../../src/protocol/effect";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { percent } from "../components/number-format";
import { audienceName } from "./audience-words";
import { ChartMenu } from "./chart-menu";
import { costFigures, estimateText } from "./effect-figures";
import { changesLists } from "./recipe-edits";
import { TaskProgress } from "./task-progress";
import type { MeasuredEffect } from "./use-effect-of";
import { useTask } from "./use-task";

interface RecipeComparisonProps {
  host: Remote<LabHost>;
  a: Recipe;
  b: Recipe;
  measured: MeasuredEffect;
  k: number;
}

export function RecipeComparison({ host, a, b, measured, k }: RecipeComparisonProps) {
  const id = useId();
  const effects = [a, b].map((recipe) => measured.of(recipe));
  const task = useTask((recipe: Recipe, id) => host.effect(recipe, k, id));
  if (task.last?.answer.ok) measured.keep(task.last.request, task.last.answer.value);
  const missing = [a, b].filter((recipe, index) => effects[index] === null && changesLists(recipe));
  return (
    <section class="effect chart" aria-labelledby={id}>
      <div class="outcome-head">
        <h2 id={id}>A and B</h2>
        {missing.length > 0 && task.running === null && measured.task.running === null && (
          <vscode-button secondary onClick={() => task.start(missing[0])}>
            Measure {missing[0] === a ? "A" : "B"}
          </vscode-button>
        )}
        {effects[0] !== null && effects[1] !== null && (
          <ChartMenu title="A and B" table={() => tableOf(rowsOf(effects))} />
        )}
      </div>
      {task.running !== null && (
        <TaskProgress what="Measuring the other recipe" share={task.running.share} onCancel={task.cancel} />
      )}
      {task.last?.answer.ok === false && <ErrorNote what="It could not be measured" error={task.last.answer.error} />}
      <div class="wide">
        <table class="data pair-table">
          <caption class="spoken">Effects of the recipes A and B after steering</caption>
          <thead>
            <tr>
              <th scope="col">After steering</th>
              {[a, b].map((recipe, index) => (
                <th key={index} scope="col" class="number">
                  {index === 0 ? "A" : "B"}: <bdi>{recipe.name}</bdi>
                  <span class="cost-change">for {audienceName(recipe.audience)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rowsOf(effects).map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                {values.map((value, index) => (
                  <td key={index} class="number">
                    {value ?? (changesLists([a, b][index]) ? "not measured" : "no change")}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface ComparedRow {
  name: string;
  values: (string | null)[];
}

/** Targets of either, then costs; a figure that one of them lacks is a dash. */
function rowsOf(effects: readonly (Effect | null)[]): ComparedRow[] {
  const targets = effects.flatMap((effect) => effect?.concepts.filter(({ target }) => target) ?? []);
  const concepts = [...new Map(targets.map(({ concept, label }) => [concept, label]))];
  const shares = concepts.map(([concept, label]) => ({
    name: `${label}, share of lists`,
    values: effects.map((effect) => {
      const share = effect?.concepts.find((known) => known.concept === concept);
      return effect === null ? null : share === undefined ? "–" : estimateText(share.after, percent);
    }),
  }));
  const figures = effects.map((effect) => (effect === null ? null : costFigures(effect)));
  const names = [...new Set(figures.flatMap((own) => own?.map(({ name }) => name) ?? ["RBO"]))];
  const costs = names.map((name) => ({
    name,
    values: figures.map((own) => {
      if (own === null) return null;
      const figure = own.find((known) => known.name === name);
      if (figure === undefined) return "–";
      return name === "NDCG@20" && figure.change !== null ? `${figure.after}, ${figure.change}` : figure.after;
    }),
  }));
  return [...shares, ...costs];
}

function tableOf(rows: readonly ComparedRow[]) {
  return {
    columns: ["After steering", "A", "B"].map((name) => ({ name })),
    rows: rows.map(({ name, values }) => [name, ...values]),
  };
}
