/** An SAE opened on a project's data: what lists and the Lab show of its neurons. */
import { type Concept, conceptCandidates } from "../concepts/candidates";
import { itemSummary } from "../concepts/item-summary";
import { type Dataset, titleOf } from "../data/dataset";
import type { LabelsFile } from "../protocol/artifact";
import type { SaeSummary } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type {
  ItemMap,
  ItemSummary,
  NeuronComparison,
  NeuronDetail,
  NeuronExport,
  NeuronRow,
} from "../protocol/neurons";
import type { Recommender } from "../recommender/recommender";
import { type NeuronActivity, neuronActivity } from "../sae/activity";
import { readActivity } from "../sae/activity-file";
import { type MeasuredArtifact, readArtifact, unmeasured } from "../sae/artifact";
import { dataFingerprint } from "../sae/data-fingerprint";
import type { Sae } from "../sae/model";
import { checkDimensions } from "./artifact-fit";
import { MappedItems } from "./mapped-items";
import { MeasuredNeurons } from "./measured-neurons";
import { measuredUsers, seedOf } from "./measured-rows";
import { checkCompared, neuronComparison } from "./neuron-comparison";
import { NeuronDetails, strongestItems } from "./neuron-detail";
import { readTree } from "./neuron-relatives";
import { neuronRow, relabelledRow } from "./neuron-row";
import { ScoreEffects } from "./score-effect";

const EXPORTED_ITEMS = 10;
const MOST_ITEMS_ASKED = 1_000;
/** Item activations that may be computed while a person waits for a project to open: a few seconds' work. */
const MOST_ACTIVATIONS_AT_OPENING = 2 ** 28;

/** What is made when a neuron is first looked at. */
interface LookedAt {
  measured: MeasuredNeurons;
  details: NeuronDetails;
}

export class OpenSae {
  private allConcepts: Concept[] | null = null;
  private lookedAt: Promise<LookedAt> | null = null;
  private readonly mapped: MappedItems;

  private constructor(
    readonly folder: string,
    private measures: MeasuredArtifact,
    private readonly dataset: Dataset,
    private readonly recommender: Recommender,
    private readonly activity: NeuronActivity,
    private allRows: readonly NeuronRow[],
  ) {
    this.mapped = new MappedItems(measures.sae, dataset.items.embeddings);
  }

  /** @throws RecPrismError "artifact-missing", "artifact-invalid" or "artifact-unmeasured" */
  static async open(folder: string, dataset: Dataset, recommender: Recommender): Promise<OpenSae> {
    const artifact = await readArtifact(folder);
    checkDimensions(artifact.sae, dataset, folder);
    if (artifact.labels === null) {
      throw unmeasured(folder);
    }
    const activity = await activityOf(folder, artifact, dataset);
    const rows = artifact.labels.neurons.map((label) => neuronRow(label, artifact.report, activity));
    return new OpenSae(folder, artifact, dataset, recommender, activity, rows);
  }

  get artifact(): MeasuredArtifact {
    return this.measures;
  }

  /** By neuron; others from the moment on that labels change. */
  get rows(): readonly NeuronRow[] {
    return this.allRows;
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

  /** Shows the neurons by other labels of the same SAE from now on; writes nothing. */
  relabelled(labels: LabelsFile): void {
    this.measures = { ...this.measures, labels };
    this.allRows = this.allRows.map((row, neuron) => relabelledRow(row, labels.neurons[neuron]));
  }

  /** @throws RecPrismError "not-found" */
  async detail(neuron: number): Promise<NeuronDetail> {
    this.check(neuron);
    const { details } = await this.lookAt();
    return details.detail(this.artifact.labels.neurons[neuron], this.rows);
  }

  /**
   * @param neurons two to twelve
   * @throws RecPrismError "query-invalid" or "not-found"
   */
  async compare(neurons: readonly number[]): Promise<NeuronComparison> {
    checkCompared(neurons);
    for (const neuron of neurons) this.check(neuron);
    const { measured, details } = await this.lookAt();
    return neuronComparison(
      this.artifact.sae,
      measured,
      details,
      neurons.map((neuron) => this.artifact.labels.neurons[neuron]),
      neurons.map((neuron) => this.rows[neuron]),
    );
  }

  itemMap(): Promise<ItemMap> {
    return this.mapped.map();
  }

  /** @throws RecPrismError "not-found" */
  async mapActivations(neuron: number): Promise<Float32Array> {
    this.check(neuron);
    return this.mapped.activations(neuron);
  }

  /** @throws RecPrismError "not-found" for a row that the catalogue does not have, "query-invalid" for too many */
  items(rows: readonly number[]): ItemSummary[] {
    const { items } = this.dataset;
    if (rows.length > MOST_ITEMS_ASKED) {
      throw new RecPrismError(
        "query-invalid",
        `${rows.length.toLocaleString("en")} items were asked for at once; ask for at most ${MOST_ITEMS_ASKED.toLocaleString("en")}.`,
        { key: "rows" },
      );
    }
    return rows.map((row) => {
      if (Number.isInteger(row) && row >= 0 && row < items.ids.length) return itemSummary(items, row);
      throw new RecPrismError("not-found", `There is no item in row ${row}; rows are 0 to ${items.ids.length - 1}.`, {
        key: "rows",
      });
    });
  }

  /** @param rows of the neurons to export; all where absent */
  export(rows: readonly NeuronRow[] = this.rows): NeuronExport[] {
    const { items } = this.dataset;
    return rows.map(({ neuron, label, labelledBy, kind, confidence, ms, purity10, purity10BaseRate, density }) => ({
      neuron,
      label,
      labelledBy,
      kind,
      confidence,
      ms,
      purity10,
      purity10BaseRate,
      density,
      topItems: strongestItems(this.activity, neuron, EXPORTED_ITEMS).map(({ row, activation }) => ({
        id: items.ids.at(row),
        title: titleOf(items, row),
        activation,
      })),
    }));
  }

  /** @throws RecPrismError "not-found" */
  check(neuron: number): void {
    if (Number.isInteger(neuron) && neuron < this.rows.length && neuron >= 0) return;
    throw new RecPrismError("not-found", `There is no neuron ${neuron}; this SAE has 0 to ${this.rows.length - 1}.`, {
      key: "neuron",
    });
  }

  /** What neurons do on the rows that are measured; made when it is first asked for. */
  async measuredNeurons(): Promise<MeasuredNeurons> {
    return (await this.lookAt()).measured;
  }

  private lookAt(): Promise<LookedAt> {
    this.lookedAt ??= this.firstLook().catch((thrown) => {
      this.lookedAt = null;
      throw thrown;
    });
    return this.lookedAt;
  }

  private async firstLook(): Promise<LookedAt> {
    const { dataset, recommender, concepts, activity, folder } = this;
    const { sae, hash } = this.artifact;
    const measured = new MeasuredNeurons(sae, dataset, concepts);
    const effects = new ScoreEffects(sae, dataset, recommender, measured.measured.users, seedOf(sae));
    const tree = await readTree(folder, hash);
    return { measured, details: new NeuronDetails({ sae, dataset, concepts, activity, measured, effects, tree }) };
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
