/** An SAE opened on a project's data: its activations, and what lists and the Lab show of its neurons. */
import { type Concept, conceptCandidates } from "../concepts/candidates";
import { itemSummary } from "../concepts/item-summary";
import { labelNeurons, type NeuronLabelling } from "../concepts/label";
import { strongest } from "../concepts/strongest";
import type { Dataset } from "../data/dataset";
import { column, type Matrix } from "../data/matrix";
import type { NeuronDetail, NeuronExport, NeuronRow, SaeSummary } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { type Artifact, readArtifact } from "../sae/artifact";
import { encodeRows } from "../sae/encode";

const SPARKLINE_BINS = 24;
const HISTOGRAM_BINS = 40;
const TOP_ITEMS = 50;
const EXPORTED_ITEMS = 10;
const LIFTS = 12;

export class OpenSae {
  readonly rows: readonly NeuronRow[];
  readonly concepts: Concept[];
  private labelling: NeuronLabelling | null = null;

  private constructor(
    readonly folder: string,
    readonly artifact: Artifact,
    private readonly dataset: Dataset,
    private readonly itemActivations: Matrix,
    private readonly largestUserActivations: Float32Array,
  ) {
    this.concepts = conceptCandidates(dataset.items, dataset.interactions);
    this.rows = artifact.labels.neurons.map((_, neuron) => this.row(neuron));
  }

  /** @throws RecPrismError "artifact-missing" or "artifact-invalid" */
  static async open(folder: string, dataset: Dataset): Promise<OpenSae> {
    const artifact = await readArtifact(folder);
    const dimensions = artifact.sae.encoderWeights.rows;
    const columns = dataset.items.embeddings.columns;
    if (dimensions !== columns) {
      throw new RecPrismError(
        "artifact-invalid",
        `The SAE in ${folder} is for ${dimensions} dimensions, but the project's embeddings have ${columns}. Train again, or name another folder in "sae.path".`,
        { file: folder, key: "d_in" },
      );
    }
    const items = await encodeRows(artifact.sae, dataset.items.embeddings);
    const users = await encodeRows(artifact.sae, dataset.users.embeddings);
    return new OpenSae(folder, artifact, dataset, items, columnMaxima(users));
  }

  summary(): SaeSummary {
    const { artifact, folder } = this;
    return {
      path: folder,
      hash: artifact.hash,
      latents: artifact.sae.encoderBias.length,
      labelled: artifact.report.labelled,
      report: artifact.report,
    };
  }

  detail(neuron: number): NeuronDetail {
    this.check(neuron);
    const { evidence } = this.artifact.labels.neurons[neuron];
    const activations = this.activations(neuron);
    const bears = this.concepts.find((concept) => concept.key === evidence?.concept)?.bears;
    const largest = maximum(activations);
    return {
      ...this.rows[neuron],
      evidence,
      topItems: strongest(activations, TOP_ITEMS).map((item) => ({
        ...itemSummary(this.dataset.items, item),
        activation: activations[item],
        bearsConcept: bears ? bears[item] === 1 : null,
      })),
      activationHistogram: {
        edges: Array.from({ length: HISTOGRAM_BINS + 1 }, (_, bin) => (bin * largest) / HISTOGRAM_BINS),
        items: histogram(activations, largest, HISTOGRAM_BINS),
      },
      activeItems: activations.reduce((count, activation) => count + (activation > 0 ? 1 : 0), 0),
      lifts: this.lifts(neuron),
      largestItemActivation: largest,
      largestUserActivation: this.largestUserActivations[neuron],
    };
  }

  export(): NeuronExport[] {
    return this.rows.map(({ neuron, label, kind, ms, purity10, density }) => {
      const activations = this.activations(neuron);
      const topItems = strongest(activations, EXPORTED_ITEMS).map((item) => ({
        id: this.dataset.items.ids[item],
        title: this.dataset.items.titles[item],
        activation: activations[item],
      }));
      return { neuron, label, kind, ms, purity10, density, topItems };
    });
  }

  /** @throws RecPrismError "not-found" */
  check(neuron: number): void {
    if (neuron < this.rows.length && neuron >= 0) return;
    throw new RecPrismError("not-found", `There is no neuron ${neuron}; this SAE has 0 to ${this.rows.length - 1}.`, {
      key: "neuron",
    });
  }

  private row(neuron: number): NeuronRow {
    const { label, kind, evidence } = this.artifact.labels.neurons[neuron];
    const { ms, density } = this.artifact.report.neurons[neuron];
    const activations = this.activations(neuron);
    return {
      neuron,
      label,
      kind,
      ms,
      purity10: evidence?.precision10 ?? null,
      purity10BaseRate: evidence?.baseRate ?? null,
      density,
      histogram: histogram(activations, maximum(activations), SPARKLINE_BINS),
    };
  }

  /** Measured when the Lab first asks: a list of neurons does without. */
  private lifts(neuron: number) {
    if (this.artifact.labels.neurons[neuron].kind === "dead") return [];
    const live = Uint8Array.from(this.artifact.labels.neurons, ({ kind }) => (kind === "dead" ? 0 : 1));
    this.labelling ??= labelNeurons(
      this.itemActivations,
      live,
      this.dataset.items,
      this.concepts,
      this.artifact.sae.settings.seed,
    );
    return this.labelling.lifts(neuron, LIFTS);
  }

  private activations(neuron: number): Float32Array {
    return column(this.itemActivations, neuron);
  }
}

function maximum(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

function columnMaxima({ columns, values }: Matrix): Float32Array {
  const result = new Float32Array(columns);
  for (let i = 0; i < values.length; i++) result[i % columns] = Math.max(result[i % columns], values[i]);
  return result;
}

/** Counts of the positive values in equal bins from 0 to the largest. */
function histogram(values: Float32Array, largest: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (value > 0) counts[Math.min(bins - 1, Math.floor((value / largest) * bins))]++;
  }
  return counts;
}
