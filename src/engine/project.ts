/** An open project: its data, its recommender and, once trained, its SAE. */
import { resolve } from "node:path";
import type { Dataset } from "../data/dataset";
import { itemsOfUser } from "../data/dataset";
import { loadDataset } from "../data/load";
import { row } from "../data/matrix";
import type { ProjectSummary, Recommendation, UserMatch, UserProfile } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { topRows } from "../recommender/ranking";
import { dotScorer, type Scorer } from "../recommender/scorer";
import { settingsFor } from "../sae/default-settings";
import { encode } from "../sae/model";
import { steeredByConfig } from "../steering/apply-config";
import { checkSteeringConfig } from "../steering/config-file";
import { userRow } from "../steering/find-user";
import { OpenSae } from "./open-sae";

const PROFILE_NEURONS = 12;

export class Project {
  readonly scorer: Scorer;
  /** Set while an artifact could be opened. */
  private openSae: OpenSae | null = null;
  private saeFault: RecPrismError | null = null;

  private constructor(
    readonly dataset: Dataset,
    readonly manifestPath: string,
    readonly saeFolder: string,
  ) {
    this.scorer = dotScorer(dataset.users, dataset.items);
  }

  /** @param sae folder of the SAE to use instead of the manifest's */
  static async open(manifestPath: string, sae?: string): Promise<Project> {
    const dataset = await loadDataset(manifestPath);
    const folder = sae ? resolve(sae) : resolve(dataset.folder, dataset.manifest.sae.path);
    const project = new Project(dataset, manifestPath, folder);
    await project.reloadSae();
    return project;
  }

  /** Opens the artifact anew; a fault is kept and told by `summary` and by whoever needs the SAE. */
  async reloadSae(): Promise<void> {
    try {
      this.openSae = await OpenSae.open(this.saeFolder, this.dataset);
      this.saeFault = null;
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      this.openSae = null;
      this.saeFault = thrown;
    }
  }

  /** @throws RecPrismError "artifact-missing" or what else kept the artifact from opening */
  get sae(): OpenSae {
    if (this.openSae) return this.openSae;
    throw this.saeFault ?? new RecPrismError("artifact-missing", "This project has no SAE yet. Train one.");
  }

  summary(): ProjectSummary {
    const { dataset } = this;
    const fault = this.saeFault && this.saeFault.reason !== "artifact-missing" ? [this.saeFault.message] : [];
    return {
      id: dataset.folder,
      name: dataset.manifest.name,
      manifestPath: this.manifestPath,
      manifest: dataset.manifest,
      users: dataset.users.ids.length,
      items: dataset.items.ids.length,
      dimensions: dataset.items.embeddings.columns,
      interactions: dataset.interactions?.items.length ?? null,
      settings: settingsFor(dataset, dataset.manifest.sae.settings),
      sae: this.openSae?.summary() ?? null,
      warnings: [...dataset.warnings, ...fault],
    };
  }

  /** Ids that start with the text first, then those that contain it; in row order. */
  findUsers(text: string, limit: number): UserMatch[] {
    const wanted = text.trim().toLowerCase();
    const starting: number[] = [];
    const containing: number[] = [];
    for (const [index, id] of this.dataset.users.ids.entries()) {
      const position = id.toLowerCase().indexOf(wanted);
      if (position === 0) starting.push(index);
      else if (position > 0) containing.push(index);
      if (starting.length === limit) break;
    }
    return [...starting, ...containing]
      .slice(0, limit)
      .map((index) => ({ id: this.dataset.users.ids[index], detail: this.userDetail(index) }));
  }

  user(id: string): UserProfile {
    const index = userRow(this.dataset.users, id);
    const { sae, labels } = this.sae.artifact;
    const latents = encode(sae, row(this.dataset.users.embeddings, index));
    const neurons = Array.from(latents, (activation, neuron) => {
      const { label, kind } = labels.neurons[neuron];
      return { neuron, label, kind, activation };
    });
    return {
      id,
      detail: this.userDetail(index),
      neurons: neurons
        .filter(({ activation }) => activation > 0)
        .sort((a, b) => b.activation - a.activation)
        .slice(0, PROFILE_NEURONS),
    };
  }

  /** Top lists of one user without and with a config; seen items are left out. */
  recommend(id: string, k: number, config: SteeringConfig | null): Recommendation {
    const { dataset, scorer } = this;
    const index = userRow(dataset.users, id);
    const embedding = row(dataset.users.embeddings, index);
    const seen = itemsOfUser(dataset.interactions, index);
    const list = (vector: ArrayLike<number>) => {
      const scores = scorer.scoreItems(vector, index);
      return Array.from(topRows(scores, k, seen), (item) => ({
        id: dataset.items.ids[item],
        title: dataset.items.titles[item],
        score: scores[item],
      }));
    };
    const before = list(embedding);
    if (config === null) return { user: id, before, after: before };
    this.checkConfig(config);
    return { user: id, before, after: list(steeredByConfig(this.sae.artifact.sae, config, id, embedding)) };
  }

  checkConfig(config: SteeringConfig, file?: string): void {
    const { artifact } = this.sae;
    checkSteeringConfig(config, { hash: artifact.hash, latents: artifact.sae.encoderBias.length }, file);
  }

  private userDetail(index: number): string {
    const { users, interactions } = this.dataset;
    const attributes = users.attributes.map(({ values }) => values[index]).filter((value) => value !== "");
    const seen = interactions === null ? [] : [`${itemsOfUser(interactions, index).length} interactions`];
    return [attributes.join(", "), ...seen].filter(Boolean).join("; ");
  }
}
