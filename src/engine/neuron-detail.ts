/** All that the dashboard shows of one neuron. */
import { bears, type Concept } from "../concepts/candidates";
import { interactionCounts } from "../concepts/candidates-popularity";
import { conceptOfKey } from "../concepts/concept-by-key";
import { itemSummary } from "../concepts/item-summary";
import type { Dataset } from "../data/dataset";
import type { ConceptEvidence, NeuronLabel } from "../protocol/artifact";
import type { ActiveItem, NeuronDetail, NeuronRow } from "../protocol/neurons";
import type { Structure } from "../protocol/structure";
import { HISTOGRAM_BINS, type NeuronActivity, TOP_ITEMS } from "../sae/activity";
import type { Sae } from "../sae/model";
import { filledBins, popularityBins, type RowBin, yearBins } from "./activation-bins";
import type { MeasuredNeurons } from "./measured-neurons";
import { NeuronAudience } from "./neuron-audience";
import { reasonOf } from "./neuron-reason";
import { family, nearestNeurons } from "./neuron-relatives";
import { histogramOf } from "./neuron-row";
import type { ScoreEffects } from "./score-effect";
import { type ActiveRow, typicalActivation, typicalItems } from "./typical-items";

const LISTED_ITEMS = 12;
const CHANGED_ITEMS = 10;
const LIFTS = 12;
const TOP_USERS = 10;
const NEAREST = 8;

/** What is the same for all neurons of an SAE on its data. */
export interface DetailSources {
  sae: Sae;
  dataset: Dataset;
  /** Of all items. */
  concepts: Concept[];
  activity: NeuronActivity;
  measured: MeasuredNeurons;
  effects: ScoreEffects;
  /** Null where the artifact has none. */
  tree: Structure["tree"] | null;
}

export class NeuronDetails {
  private readonly years: RowBin[] | null;
  private readonly popularity: RowBin[] | null;
  private readonly audience: NeuronAudience;
  /** By key; null for those that are not found any more. */
  private readonly conceptsOfLabels = new Map<string, Concept | null>();

  constructor(private readonly of: DetailSources) {
    const { dataset, measured } = of;
    const { items, interactions } = dataset;
    const ofMeasured = <Value>(values: ArrayLike<Value>) => Array.from(measured.itemRows, (row) => values[row]);
    this.years = items.years && yearBins(ofMeasured(items.years));
    this.popularity =
      interactions && popularityBins(Uint32Array.from(ofMeasured(interactionCounts(interactions, items.ids.length))));
    this.audience = new NeuronAudience(dataset, measured.userRows);
  }

  /** @param rows of all neurons, by neuron */
  async detail(label: NeuronLabel, rows: readonly NeuronRow[]): Promise<NeuronDetail> {
    const { sae, activity, measured, tree, concepts } = this.of;
    const { items } = this.of.dataset;
    const { neuron, evidence, model, person } = label;
    const onItems = await measured.onItems.of(neuron);
    const onUsers = await measured.onUsers.of(neuron);
    const topItems = this.topItems(neuron, evidence);
    const { thresholds, typical, borderline } = typicalItems(onItems, LISTED_ITEMS);
    const listed = this.itemsListed(evidence);
    const catalogueRow = ({ row, activation }: ActiveRow) => ({ row: measured.itemRows[row], activation });
    const lifts = label.kind === "dead" ? [] : await measured.lifts(neuron, evidence, LIFTS);
    const explained = await measured.explained(neuron, evidence);
    const activeItems = activity.activeItems[neuron];
    return {
      ...rows[neuron],
      evidence,
      model,
      person,
      reason: reasonOf(label, {
        explained,
        concepts: concepts.length,
        hasTexts: items.titles !== null || items.texts.length > 0,
        activeItems,
        nearest: lifts[0] ?? null,
      }),
      topItems,
      typicalItems: typical.map(catalogueRow).map(listed),
      borderlineItems: borderline.map(catalogueRow).map(listed),
      thresholds,
      activationHistogram: {
        edges: Array.from({ length: HISTOGRAM_BINS + 1 }, (_, bin) => (bin * activity.bounds[neuron]) / HISTOGRAM_BINS),
        items: histogramOf(activity, neuron),
      },
      activeItems,
      lifts,
      years: this.years && filledBins(this.years, onItems),
      popularity: this.popularity && filledBins(this.popularity, onItems),
      topUsers: this.audience.topUsers(onUsers, TOP_USERS),
      audience: this.audience.of(onUsers),
      nearest: nearestNeurons(sae.decoderWeights, rows, neuron, NEAREST),
      ...family(sae.decoderWeights, rows, tree, neuron),
      effect: await this.effect(neuron, typicalActivation(onUsers) || typicalActivation(onItems)),
      largestItemActivation: topItems[0]?.activation ?? 0,
      largestUserActivation: activity.largestUser[neuron],
    };
  }

  /** The most active items of the whole catalogue, strongest first. */
  topItems(neuron: number, evidence: ConceptEvidence | null, limit = TOP_ITEMS): ActiveItem[] {
    return strongestItems(this.of.activity, neuron, limit).map(this.itemsListed(evidence));
  }

  private itemsListed(evidence: ConceptEvidence | null): (active: ActiveRow) => ActiveItem {
    const isBearer = this.bearers(evidence);
    return ({ row, activation }) => ({
      ...itemSummary(this.of.dataset.items, row),
      activation,
      bearsConcept: isBearer === null ? null : isBearer(row),
    });
  }

  /** Whether an item bears the label's concept; null where the label has none of items. */
  private bearers(evidence: ConceptEvidence | null): ((row: number) => boolean) | null {
    if (evidence?.of !== "items") return null;
    const { concept: key } = evidence;
    let concept = this.conceptsOfLabels.get(key);
    if (concept === undefined) {
      concept = conceptOfKey(key, this.of.concepts, this.of.dataset.items);
      this.conceptsOfLabels.set(key, concept);
    }
    if (concept === null) return null;
    const found = concept;
    return (row) => bears(found, row);
  }

  private async effect(neuron: number, by: number): Promise<NeuronDetail["effect"]> {
    const { gains, losses, ...sampled } = await this.of.effects.of(neuron, by, CHANGED_ITEMS);
    const listed = ({ item, change }: { item: number; change: number }) => ({
      ...itemSummary(this.of.dataset.items, item),
      change,
    });
    return { by, ...sampled, gains: gains.map(listed), losses: losses.map(listed) };
  }
}

/** Of the whole catalogue, strongest first. */
export function strongestItems(
  { topItems, topActivations }: NeuronActivity,
  neuron: number,
  limit: number,
): ActiveRow[] {
  const found: ActiveRow[] = [];
  const first = neuron * TOP_ITEMS;
  for (let place = first; place < first + Math.min(limit, TOP_ITEMS) && topItems[place] >= 0; place++) {
    found.push({ row: topItems[place], activation: topActivations[place] });
  }
  return found;
}
