/** EFFECT and COST: what the recipe does to the lists of its audience, and what that costs. */
import { useId } from "preact/hooks";
import type { Estimate } from "../../src/protocol/artifact";
import type { Effect, ShareEffect } from "../../src/protocol/effect";
import { KindIcon } from "../components/concept-kind";
import { ErrorNote } from "../components/error-note";
import { count, percent, signedPercent } from "../components/number-format";
import { ChartMenu } from "./chart-menu";
import { costFigures, estimateText } from "./effect-figures";
import { ShareShift } from "./share-shift";
import { TaskProgress } from "./task-progress";
import type { MeasuredEffect } from "./use-effect-of";

interface EffectViewProps {
  measured: MeasuredEffect;
  /** Nothing is in force that could have an effect. */
  idle: boolean;
  /** Somebody is in the audience. */
  known: boolean;
  onUser: (user: string) => void;
}

export function EffectView({ measured, idle, known, onUser }: EffectViewProps) {
  const { effect, stale, error, waiting, task, measure } = measured;
  const id = useId();
  return (
    <section class="effect" aria-labelledby={id}>
      <div class="outcome-head">
        <h2 id={id}>Effect {effect !== null && <span class="quiet measured numbers">{measuredText(effect)}</span>}</h2>
        {task.running === null && waiting && (
          <vscode-button onClick={measure}>{effect === null ? "Measure Effect" : "Measure Again"}</vscode-button>
        )}
      </div>
      {task.running !== null && (
        <TaskProgress what="Measuring the effect" share={task.running.share} onCancel={task.cancel} />
      )}
      {waiting && (
        <p class="quiet" role="status">
          {task.cancelled
            ? "Measuring was cancelled."
            : "Measuring this audience takes a while, so it waits until you ask for it."}
          {stale && " The figures are those of the recipe before."}
        </p>
      )}
      {error !== null && <ErrorNote what="The effect could not be measured" error={error} retry={measure} />}
      {idle && (
        <p class="quiet">Nothing is in force yet: all lists are as they were. Add an edit and move its slider.</p>
      )}
      {!idle && !known && <p class="quiet">It is measured as soon as somebody is in the audience.</p>}
      {effect !== null && (
        <div class={stale ? "figures stale" : "figures"} aria-busy={stale}>
          <EffectWarnings warnings={effect.warnings} />
          <ConceptShares effect={effect} />
          <Costs effect={effect} onUser={onUser} />
        </div>
      )}
    </section>
  );
}

function measuredText({ users, measured, k }: Effect): string {
  const of = measured < users ? `${count(measured)} of ${count(users)} users, at random` : `${count(users)} users`;
  return `on ${of}, top ${k}`;
}

export function EffectWarnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="note warnings" aria-label="Warnings of the effect">
      {warnings.map((warning) => (
        <li key={warning} dir="auto">
          <strong>Warning: </strong>
          {warning}
        </li>
      ))}
    </ul>
  );
}

function ConceptShares({ effect: { concepts } }: { effect: Effect }) {
  if (concepts.length === 0) return <p class="quiet">No concept’s share can be told: no neuron has a proven one.</p>;
  const table = () => ({
    columns: [
      "Concept",
      "Target",
      "Base rate",
      "Before",
      "Before, low",
      "Before, high",
      "After",
      "After, low",
      "After, high",
      "Change",
    ].map((name) => ({ name })),
    rows: concepts.map(({ label, target, baseRate, before, after, change }) => [
      label,
      target ? "yes" : "no",
      baseRate,
      before.value,
      before.interval?.[0] ?? null,
      before.interval?.[1] ?? null,
      after.value,
      after.interval?.[0] ?? null,
      after.interval?.[1] ?? null,
      change.value,
    ]),
  });
  return (
    <section class="chart" aria-label="Concept shares">
      <div class="finding-head">
        <h3>Concept shares of the lists</h3>
        <ChartMenu title="Concept shares" table={table} />
      </div>
      <table class="data shares">
        <caption class="spoken">Share of the lists that bears each concept, before and after</caption>
        <thead>
          <tr>
            <th scope="col">Concept</th>
            <th scope="col" class="number">
              Base rate
            </th>
            <th scope="col" class="number">
              Before
            </th>
            <th scope="col" class="number">
              After
            </th>
            <th scope="col" class="shift-column">
              <span class="spoken">Drawn</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {concepts.map((share) => (
            <ConceptRow key={share.concept} share={share} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ConceptRow({ share }: { share: ShareEffect }) {
  const { label, kind, target, baseRate, before, after } = share;
  return (
    <tr class={target ? "strong" : undefined}>
      <th scope="row">
        <KindIcon kind={kind} /> <bdi>{label}</bdi>
        {target && <span class="name-mark">target</span>}
      </th>
      <td class="number">{percent(baseRate)}</td>
      <td class="number">
        <ShareOf share={before} />
      </td>
      <td class="number">
        <ShareOf share={after} />
      </td>
      <td class="shift-column">
        <ShareShift before={before} after={after} baseRate={baseRate} />
      </td>
    </tr>
  );
}

/** `86%`, below it `80% to 91%`. */
function ShareOf({ share: { value, interval } }: { share: Estimate }) {
  return (
    <>
      {percent(value)}
      {interval !== null && (
        <span class="interval-text">
          {" "}
          {percent(interval[0])} to {percent(interval[1])}
        </span>
      )}
    </>
  );
}

function Costs({ effect, onUser }: { effect: Effect; onUser: (user: string) => void }) {
  const figures = costFigures(effect);
  const examples = effect.worstDecile?.examples ?? [];
  const table = () => ({
    columns: ["Measure", "Before", "After", "Change"].map((name) => ({ name })),
    rows: figures.map(({ name, before, after, change }) => [name, before, after, change]),
  });
  return (
    <section class="chart" aria-label="Cost">
      <div class="finding-head">
        <h3>Cost</h3>
        <ChartMenu title="Cost" table={table} />
      </div>
      <table class="data">
        <caption class="spoken">Measures of the lists, before and after</caption>
        <thead>
          <tr>
            <th scope="col">Measure</th>
            <th scope="col" class="number">
              Before
            </th>
            <th scope="col" class="number">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {figures.map(({ name, meaning, before, after, change }) => (
            <tr key={name}>
              <th scope="row" title={meaning}>
                <bdi>{name}</bdi> <span class="quiet cost-meaning">{meaning}</span>
              </th>
              <td class="number">{before ?? ""}</td>
              <td class="number">
                {after}
                {change !== null && <span class="cost-change">{change}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {effect.accuracy === null && (
        <p class="quiet">Accuracy is not measured: no user of the audience has enough interactions to hold some out.</p>
      )}
      {examples.length > 0 && (
        <p class="form-line examples">
          <span>Who loses most:</span>
          {examples.map(({ id, detail }) => (
            <button
              key={id}
              type="button"
              class="toggle"
              title={detail}
              aria-label={`Lists of user ${id}, who loses most`}
              onClick={() => onUser(id)}
            >
              {id}
            </button>
          ))}
        </p>
      )}
    </section>
  );
}

/** The effect in a line, above the lists. */
export function EffectSummary({ measured: { effect, stale } }: { measured: MeasuredEffect }) {
  if (effect === null) return null;
  const targets = effect.concepts.filter(({ target }) => target).slice(0, 3);
  const change = effect.accuracy?.ndcg20Change ?? null;
  return (
    <ul class={stale ? "summary stale" : "summary"} aria-label="Effect in short">
      {targets.map(({ concept, label, before, after }) => (
        <li key={concept} class="numbers">
          <bdi>{label}</bdi>{" "}
          <strong>
            {percent(before.value)} → {percent(after.value)}
          </strong>
        </li>
      ))}
      {change !== null && (
        <li class="numbers">
          NDCG@20 <strong>{estimateText(change, signedPercent)}</strong>
        </li>
      )}
      <li class="numbers">
        {percent(effect.changed)} of {count(effect.measured)} {effect.measured === 1 ? "list" : "lists"} changed
      </li>
      {effect.warnings.length > 0 && (
        <li>
          <strong>
            ⚠ {effect.warnings.length} {effect.warnings.length === 1 ? "warning" : "warnings"}
          </strong>{" "}
          below
        </li>
      )}
      {stale && <li class="quiet">of the recipe before</li>}
    </ul>
  );
}
