/** Why this item for this user: its score taken apart into neurons, bias, and what the SAE does not explain. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ScoreExplanation } from "../../src/protocol/effect";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { KindIcon } from "../components/concept-kind";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { count, decimal, signedChange } from "../components/number-format";
import { ChartMenu } from "./chart-menu";
import { useAnswer } from "./use-answer";

const SHOWN = 12;

export interface ExplainedItem {
  user: string;
  item: string;
  title: string;
  /** Null: the score as it is without the recipe. */
  recipe: Recipe | null;
}

interface ExplanationProps {
  host: Remote<LabHost>;
  of: ExplainedItem;
  onClose: () => void;
}

export function Explanation({ host, of: { user, item, title, recipe }, onClose }: ExplanationProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = useAnswer(() => asked(host.explain(user, item, recipe)), [host, user, item, recipe]);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="explanation" aria-labelledby="explanation-title" onClose={onClose}>
      <div class="outcome-head">
        <h2 id="explanation-title">
          Why <bdi>{title}</bdi>?
        </h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          title="Close"
          onClick={() => dialog.current?.close()}
        >
          ✕
        </button>
      </div>
      {answer === null && <p class="quiet">Taking the score apart…</p>}
      {answer?.ok === false && <ErrorNote what="The score could not be explained" error={answer.error} />}
      {answer?.ok && <Decomposition explanation={answer.value} />}
    </dialog>
  );
}

interface Bar {
  name: string;
  contribution: number;
  /** Activation of the user; null for what is no neuron. */
  activation: number | null;
  kind: ScoreExplanation["neurons"][number]["kind"] | null;
  note: string;
}

function Decomposition({ explanation }: { explanation: ScoreExplanation }) {
  const [all, setAll] = useState(false);
  const { user, score, rank, seen, method, neurons, steered } = explanation;
  const shown = all ? neurons : neurons.slice(0, SHOWN);
  const rest = neurons.slice(shown.length).reduce((sum, { contribution }) => sum + contribution, 0);
  const bars: Bar[] = [
    ...shown.map(({ label, neuron, contribution, activation, kind }) => ({
      name: label,
      contribution,
      activation,
      kind,
      note: `neuron ${neuron}`,
    })),
    ...(shown.length < neurons.length
      ? [other(`${count(neurons.length - shown.length)} other neurons`, rest, "together")]
      : []),
    ...restOf(explanation),
  ];
  const largest = Math.max(...bars.map(({ contribution }) => Math.abs(contribution)), Number.MIN_VALUE);
  const sum = bars.reduce((total, { contribution }) => total + contribution, 0);
  const table = () => ({
    columns: ["Part", "Contribution", "Activation"].map((name) => ({ name })),
    rows: [
      ...neurons.map(({ label, contribution, activation }) => [label, contribution, activation]),
      ...restOf(explanation).map(({ name, contribution }) => [name, contribution, null]),
      ["Score", score, null],
    ],
  });
  return (
    <div class="chart">
      <div class="outcome-head">
        <p class="quiet numbers">
          User {user}, {steered ? "with the recipe" : "without the recipe"}: rank {count(rank)}
          {seen ? ", seen before and therefore not listed" : ""}. {METHODS[method]}
        </p>
        <ChartMenu title={`Score of ${explanation.item.title} for user ${user}`} table={table} />
      </div>
      <table class="data">
        <caption class="spoken">Parts of the score</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" class="number">
              Activation
            </th>
            <th scope="col" class="number">
              Contribution
            </th>
            <th scope="col" class="parts-drawn">
              <span class="spoken">Drawn</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar, index) => (
            <tr key={index}>
              <th scope="row" title={bar.note}>
                {bar.kind !== null && <KindIcon kind={bar.kind} />} <bdi>{bar.name}</bdi>
              </th>
              <td class="number quiet">{bar.activation === null ? "" : decimal(bar.activation)}</td>
              <td class="number">{signedChange(bar.contribution, largest)}</td>
              <td class="parts-drawn">
                <PartBar share={bar.contribution / largest} />
              </td>
            </tr>
          ))}
          <tr class="strong">
            <th scope="row">Score</th>
            <td />
            <td class="number">{signedChange(score, largest)}</td>
            <td class="quiet">
              {Math.abs(sum - score) <= 1e-5 * Math.max(1, Math.abs(score))
                ? "= the sum of the parts"
                : `the parts sum to ${signedChange(sum, largest)}`}
            </td>
          </tr>
        </tbody>
      </table>
      {neurons.length > SHOWN && (
        <button type="button" class="toggle" onClick={() => setAll(!all)}>
          {all ? `Show the ${SHOWN} Largest` : `Show All ${count(neurons.length)} Neurons`}
        </button>
      )}
    </div>
  );
}

const METHODS: Record<ScoreExplanation["method"], string> = {
  exact: "Exact: the parts add up to the score.",
  "integrated-gradients":
    "By integrated gradients, since the recommender is no plain product; what they miss is shown.",
};

function restOf({ bias, unexplained, completenessError }: ScoreExplanation): Bar[] {
  return [
    other("Bias", bias, "of user, item and SAE; the baseline’s score for other models"),
    other("Not explained", unexplained, "of the user by the SAE"),
    other("Completeness error", completenessError, "of integrated gradients; rounding where the method is exact"),
  ];
}

function other(name: string, contribution: number, note: string): Bar {
  return { name, contribution, activation: null, kind: null, note };
}

const WIDTH = 140;
const HEIGHT = 12;

/** To the right what raises the score, to the left what lowers it. Decoration: the number says it too. */
function PartBar({ share }: { share: number }) {
  const middle = WIDTH / 2;
  const length = Math.abs(share) * (middle - 1);
  return (
    <svg class="part-bar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <rect
        x={share < 0 ? middle - length : middle}
        y="2"
        width={length}
        height={HEIGHT - 4}
        class={share < 0 ? "part-less" : "part-more"}
      />
      <path d={`M${middle} 0V${HEIGHT}`} class="part-zero" />
    </svg>
  );
}
