/** An SAE opened on a project's data: what lists and the Lab show of its neurons. */
import { type Concept, conceptCandidates } from "../concepts/candidates";
import { splitInHalves } from "../concepts/halves";
import { itemSummary } from "../concepts/item-summary";
import { conceptLifts } from "../concepts/label";
import { type Dataset, titleOf } from "../data/dataset";
import type { ConceptEvidence } from "../protocol/artifact";
import type { NeuronDetail, NeuronExport, NeuronRow, SaeSummary } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { activationsOf, HISTOGRAM_BINS, type NeuronActivity, neuronActivity, TOP_ITEMS } from "../sae/activity";
import { readActivity } from "../sae/activity-file";
import { type MeasuredArtifact, readArtifact } from "../sae/artifact";
import { dataFingerprint } from "../sae/data-fingerprint";
import type { Sae } from "../sae/model";
import { checkDimensions } from "./artifact-fit";
import { measuredRows, measuredUsers, seedOf } from "./measured-rows";

/** Bins of the histogram that make one of a sparkline. */
const SPARKLINE_STEP = 2;
const EXPORTED_ITEMS = 10;
const LIFTS = 12;
/** Item activations that may be computed while a person waits for a project to open: a few seconds' work. */
const MOST_ACTIVATIONS_AT_OPENING = 2 ** 28;

export class OpenSae {
  readonly rows: readonly NeuronRow[];
  private allConcepts: Concept[] | null = null;
  private labelled: ReturnType<OpenSae["labelledItems"]> | null = null;

  private constructor(
    readonly folder: string,
    readonly artifact: MeasuredArtifact,
    private readonly dataset: Dataset,
    private readonly activity: NeuronActivity,
  ) {
    this.rows = artifact.labels.neurons.map((_, neuron) => this.row(neuron));
  }

  /** @throws RecPrismError "artifact-missing", "artifact-invalid" or "artifact-unmeasured" */
  static async open(folder: string, dataset: Dataset): Promise<OpenSae> {
    const artifact = await readArtifact(folder);
    checkDimensions(artifact.sae, dataset, folder);
    if (artifact.labels === null) {
      throw new RecPrismError(
        "artifact-unmeasured",
        `The SAE in ${folder} came without labels and measures, as one that was trained elsewhere. Measure it first.`,
        { file: folder },
      );
    }
    return new OpenSae(folder, artifact, dataset, await activityOf(folder, artifact, dataset));
  }

  /** Of all items; found when they are first asked for, since a list of neurons does without. */
  get concepts(): Concept[] {
    this.allConcepts ??= conceptCandidates(this.dataset.items, this.dataset.interactions);
    return this.allConcepts;
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

  async detail(neuron: number): Promise<NeuronDetail> {
    this.check(neuron);
    const { activeItems, bounds, largestUser } = this.activity;
    const { evidence } = this.artifact.labels.neurons[neuron];
    const bears = this.concepts.find((concept) => concept.key === evidence?.concept)?.bears;
    const topItems = this.topItems(neuron);
    return {
      ...this.rows[neuron],
      evidence,
      topItems: topItems.map(({ item, activation }) => ({
        ...itemSummary(this.dataset.items, item),
        activation,
        bearsConcept: bears ? bears[item] === 1 : null,
      })),
      activationHistogram: {
        edges: Array.from({ length: HISTOGRAM_BINS + 1 }, (_, bin) => (bin * bounds[neuron]) / HISTOGRAM_BINS),
        items: this.histogram(neuron),
      },
      activeItems: activeItems[neuron],
      lifts: await this.lifts(neuron),
      largestItemActivation: topItems[0]?.activation ?? 0,
      largestUserActivation: largestUser[neuron],
    };
  }

  export(): NeuronExport[] {
    const { items } = this.dataset;
    return this.rows.map(({ neuron, label, kind, ms, purity10, density }) => {
      const topItems = this.topItems(neuron)
        .slice(0, EXPORTED_ITEMS)
        .map(({ item, activation }) => ({ id: items.ids.at(item), title: titleOf(items, item), activation }));
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
    const bins = this.histogram(neuron);
    return {
      neuron,
      label,
      kind,
      ms,
      purity10: evidence?.precision10 ?? null,
      purity10BaseRate: evidence?.baseRate ?? null,
      density,
      histogram: Array.from({ length: HISTOGRAM_BINS / SPARKLINE_STEP }, (_, bin) =>
        bins.slice(bin * SPARKLINE_STEP, (bin + 1) * SPARKLINE_STEP).reduce((sum, count) => sum + count, 0),
      ),
    };
  }

  private histogram(neuron: number): number[] {
    return Array.from(this.activity.histogram.subarray(neuron * HISTOGRAM_BINS, (neuron + 1) * HISTOGRAM_BINS));
  }

  private topItems(neuron: number): { item: number; activation: number }[] {
    const { topItems, topActivations } = this.activity;
    const found: { item: number; activation: number }[] = [];
    for (let place = neuron * TOP_ITEMS; place < (neuron + 1) * TOP_ITEMS && topItems[place] >= 0; place++) {
      found.push({ item: topItems[place], activation: topActivations[place] });
    }
    return found;
  }

  /** Measured when the Lab asks, on the items that the label was found on. */
  private async lifts(neuron: number): Promise<ConceptEvidence[]> {
    const { kind, evidence } = this.artifact.labels.neurons[neuron];
    if (kind === "dead" || this.concepts.length === 0) return [];
    this.labelled ??= this.labelledItems();
    const { embeddings, concepts, halves } = this.labelled;
    const activations = await activationsOf(this.artifact.sae, embeddings, neuron);
    return conceptLifts(activations, evidence?.concept, concepts, halves, LIFTS);
  }

  private labelledItems() {
    const { sae } = this.artifact;
    const { items, concepts } = measuredRows(this.dataset, sae.encoderBias.length, seedOf(sae), this.concepts);
    const { embeddings } = items;
    return { embeddings, concepts, halves: splitInHalves(embeddings.rows, concepts, seedOf(sae)) };
  }
}

/** What measuring stored of these data, or else, where that takes no time, the same found anew. */
async function activityOf(
  folder: string,
  { sae, hash }: { sae: Sae; hash: string },
  dataset: Dataset,
): Promise<NeuronActivity> {
  const { embeddings } = dataset.items;
  const latents = sae.encoderBias.length;
  const data = dataFingerprint([dataset.users.embeddings, embeddings]);
  const stored = await readActivity(folder, hash, latents, data);
  if (stored) return stored;
  if (embeddings.rows * latents > MOST_ACTIVATIONS_AT_OPENING) {
    throw new RecPrismError(
      "artifact-unmeasured",
      `The SAE in ${folder} was not measured on these data, and they are too large to do so while the project opens. Measure it first.`,
      { file: folder },
    );
  }
  return neuronActivity(sae, measuredUsers(dataset, seedOf(sae)), embeddings, data);
}
