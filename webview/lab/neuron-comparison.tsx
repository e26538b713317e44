/** Two to twelve neurons side by side: what they are, what excites them, how alike they are. */
import type { ComponentChildren } from "preact";
import type { Answer } from "../../src/protocol/answer";
import type { ActiveItem, NeuronComparison, NeuronRow } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { KIND_NAMES, KindIcon } from "../components/concept-kind";
import { CONFIDENCE_NAMES, ConfidenceMark } from "../components/confidence-mark";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { NeuronName } from "../components/neuron-name";
import { suggestNeurons } from "../components/neuron-suggestions";
import { decimal, percent, shareWithBase, times } from "../components/number-format";
import { SuggestField } from "../components/suggest-field";
import { ShadedCell } from "./shaded-cell";

const MOST_COMPARED = 12;
/** A lift from which on a cell is shaded fully. */
const FULL_LIFT = 8;

interface NeuronComparisonViewProps {
  host: Remote<LabHost>;
  compared: readonly number[];
  comparison: Answer<NeuronComparison> | null;
}

export function NeuronComparisonView({ host, compared, comparison }: NeuronComparisonViewProps) {
  return (
    <div class="neuron-comparison">
      <div class="comparison-head">
        <h1>Comparing {compared.length} Neurons</h1>
        <vscode-button onClick={() => host.compareNeurons([])}>Leave Comparison</vscode-button>
        <vscode-button
          secondary
          title="Give all of them one name; they then count as one"
          onClick={() => host.askForName([...compared])}
        >
          Merge under One Name…
        </vscode-button>
        {compared.length < MOST_COMPARED && (
          <div class="lab-picker">
            <SuggestField
              label="Add a neuron to the comparison"
              placeholder="Add a neuron"
              chosen=""
              suggest={async (text) => {
                const answer = await suggestNeurons(host, text);
                if (!answer.ok) return answer;
                return { ok: true, value: answer.value.filter(({ key }) => !compared.includes(Number(key))) };
              }}
              onChoose={({ key }) => host.compareNeurons([...compared, Number(key)])}
            />
          </div>
        )}
      </div>
      {comparison === null ? (
        <p class="quiet">Comparing…</p>
      ) : comparison.ok ? (
        <Compared host={host} comparison={comparison.value} />
      ) : (
        <ErrorNote what="The neurons could not be compared" error={comparison.error} />
      )}
    </div>
  );
}

function Compared({ host, comparison }: { host: Remote<LabHost>; comparison: NeuronComparison }) {
  const { neurons, topItems, decoderCosine, jaccard } = comparison;
  return (
    <>
      <MeasuresTable host={host} neurons={neurons} topItems={topItems} />
      <div class="comparison-tables">
        <SquareTable
          name="Cosine of decoder rows"
          neurons={neurons}
          values={decoderCosine}
          meaning="1: the same direction. Shaded by size; a negative cosine is opposite."
        />
        <SquareTable
          name="Overlap of active items"
          neurons={neurons}
          values={jaccard}
          meaning="Items that activate both, over items that activate either (Jaccard)."
        />
      </div>
      <ConceptTable comparison={comparison} />
    </>
  );
}

interface MeasuresTableProps {
  host: Remote<LabHost>;
  neurons: readonly NeuronRow[];
  topItems: NeuronComparison["topItems"];
}

function MeasuresTable({ host, neurons, topItems }: MeasuresTableProps) {
  const alone = (neuron: number) => {
    void host.compareNeurons([]);
    void host.selectNeuron(neuron);
  };
  return (
    <div class="wide">
      <table class="side-by-side">
        <caption class="spoken">Neurons side by side</caption>
        <thead>
          <tr>
            <td />
            {neurons.map((row, index) => (
              <th key={row.neuron} scope="col">
                <div class="compared-name">
                  <strong class="compared-letter">{letter(index)}</strong>
                  <button
                    type="button"
                    class="link"
                    title={`Look at ${row.label} alone`}
                    onClick={() => alone(row.neuron)}
                  >
                    <NeuronName row={row} />
                  </button>
                  <button
                    type="button"
                    class="icon-button"
                    aria-label={`Leave out ${row.label}`}
                    title="Leave out"
                    onClick={() =>
                      host.compareNeurons(neurons.map(({ neuron }) => neuron).filter((neuron) => neuron !== row.neuron))
                    }
                  >
                    ✕
                  </button>
                </div>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Measure name="Neuron" neurons={neurons} value={(row) => row.neuron} />
          <Measure
            name="By statistics"
            neurons={neurons}
            value={(row) => <bdi title={row.statisticalLabel}>{row.statisticalLabel}</bdi>}
          />
          <Measure
            name="Kind"
            neurons={neurons}
            value={({ kind }) => (
              <>
                <KindIcon kind={kind} /> {KIND_NAMES[kind]}
              </>
            )}
          />
          <Measure
            name="Confidence"
            neurons={neurons}
            value={({ confidence }) => (
              <>
                <ConfidenceMark confidence={confidence} /> {CONFIDENCE_NAMES[confidence].split(" ")[0]}
              </>
            )}
          />
          <Measure name="MS" neurons={neurons} value={({ ms }) => decimal(ms)} />
          <Measure
            name="Precision@10 | base rate"
            neurons={neurons}
            value={({ purity10, purity10BaseRate }) => shareWithBase(purity10, purity10BaseRate)}
          />
          <Measure name="AUC" neurons={neurons} value={({ auc }) => decimal(auc)} />
          <Measure name="Lift" neurons={neurons} value={({ lift }) => (lift === null ? "–" : times(lift))} />
          <Measure name="Active items" neurons={neurons} value={({ density }) => percent(density)} />
          <tr>
            <th scope="row">Top items</th>
            {topItems.map((items, index) => (
              <td key={neurons[index].neuron}>
                <TopItems items={items} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

interface MeasureProps {
  name: string;
  neurons: readonly NeuronRow[];
  value: (row: NeuronRow) => ComponentChildren;
}

function Measure({ name, neurons, value }: MeasureProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {neurons.map((row) => (
        <td key={row.neuron} class="numbers">
          <div class="compared-value">{value(row)}</div>
        </td>
      ))}
    </tr>
  );
}

function TopItems({ items }: { items: readonly ActiveItem[] }) {
  if (items.length === 0) return <span class="quiet">none</span>;
  return (
    <ol class="compared-items">
      {items.map(({ row, title }) => (
        <li key={row} dir="auto" title={title}>
          {title}
        </li>
      ))}
    </ol>
  );
}

interface SquareTableProps {
  name: string;
  neurons: readonly NeuronRow[];
  /** Row-major, n x n. */
  values: readonly number[];
  meaning: string;
}

function SquareTable({ name, neurons, values, meaning }: SquareTableProps) {
  return (
    <div class="wide">
      <table class="shaded">
        <caption>
          {name}
          <span class="quiet">{meaning}</span>
        </caption>
        <LetterHead neurons={neurons} />
        <tbody>
          {neurons.map((row, index) => (
            <tr key={row.neuron}>
              <LetteredName row={row} index={index} />
              {neurons.map((other, column) => {
                const value = values[index * neurons.length + column];
                // Of a neuron with itself there is nothing to see.
                return index === column ? (
                  <td key={other.neuron} class="number quiet">
                    –
                  </td>
                ) : (
                  <ShadedCell key={other.neuron} share={Math.abs(value)} text={decimal(value)} />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ConceptTable({ comparison: { neurons, concepts } }: { comparison: NeuronComparison }) {
  if (concepts.length === 0) return null;
  return (
    <div class="wide">
      <table class="shaded">
        <caption>
          Lift of concepts
          <span class="quiet">
            precision@10 on held-out items over the base rate; shaded up to {times(FULL_LIFT)}, 1.0x is chance.
          </span>
        </caption>
        <LetterHead neurons={neurons} last="Base rate" />
        <tbody>
          {concepts.map(({ concept, label, kind, baseRate, lifts }) => (
            <tr key={concept}>
              <th scope="row">
                <span class="lettered-name">
                  <KindIcon kind={kind} /> <bdi title={label}>{label}</bdi>
                </span>
              </th>
              {lifts.map((lift, index) => (
                <ShadedCell
                  key={neurons[index].neuron}
                  share={Math.log(Math.max(1, lift)) / Math.log(FULL_LIFT)}
                  text={times(lift)}
                />
              ))}
              <td class="number quiet">{percent(baseRate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LetterHead({ neurons, last }: { neurons: readonly NeuronRow[]; last?: string }) {
  return (
    <thead>
      <tr>
        <td />
        {neurons.map((row, index) => (
          <th key={row.neuron} scope="col" class="number" title={row.label}>
            {letter(index)}
          </th>
        ))}
        {last !== undefined && (
          <th scope="col" class="number">
            {last}
          </th>
        )}
      </tr>
    </thead>
  );
}

function LetteredName({ row, index }: { row: NeuronRow; index: number }) {
  return (
    <th scope="row">
      <span class="lettered-name">
        <strong class="compared-letter">{letter(index)}</strong> <bdi title={row.label}>{row.label}</bdi>
      </span>
    </th>
  );
}

/** Up to twelve neurons: A to L. */
function letter(index: number): string {
  return String.fromCharCode(65 + index);
}
