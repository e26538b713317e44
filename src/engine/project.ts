/** An open project: its data, its recommender and, once trained, its SAE. */
import { resolve } from "node:path";
import { userDetail } from "../concepts/user-detail";
import { union } from "../data/ascending-rows";
import type { LoadedDataset } from "../data/dataset";
import { itemsOfUser, titleOf } from "../data/dataset";
import { closeDataset, loadDataset } from "../data/load";
import { row } from "../data/matrix";
import { UserTable } from "../data/user-table";
import type { UserMatch } from "../protocol/effect";
import type { OpenOptions, ProjectSummary, Recommendation, Staleness, UserProfile } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import type { SteeringConfig } from "../protocol/steering";
import { openRecommender } from "../recommender/open-recommender";
import { topRows } from "../recommender/ranking";
import type { Recommender, Scorer } from "../recommender/recommender";
import { encode } from "../sae/model";
import { settingsFor } from "../sae/presets";
import { checkSteeringConfig } from "../steering/config-file";
import type { SteeringContext } from "../steering/context";
import { userRow } from "../steering/find-user";
import { resolvedRules } from "../steering/resolve";
import { SteeredCatalogue } from "../steering/steered-catalogue";
import { OpenSae } from "./open-sae";
import { projectSteering } from "./project-steering";
import { sourceFiles } from "./source-files";
import { stalenessOf } from "./staleness";

const PROFILE_NEURONS = 12;

export class Project {
  readonly scorer: Scorer;
  /** Set while an artifact could be opened. */
  private openSae: OpenSae | null = null;
  private saeFault: RecPrismError | null = null;
  private steeringOfSae: { sae: OpenSae; context: SteeringContext } | null = null;

  private constructor(
    readonly dataset: LoadedDataset,
    readonly recommender: Recommender,
    readonly userTable: UserTable,
    readonly manifestPath: string,
    readonly saeFolder: string,
    /** The workspace is not trusted: nothing of it is run. */
    readonly restricted: boolean,
  ) {
    this.scorer = recommender.scorer(dataset.items);
  }

  /**
   * @param userTableScript bundled process, `dist/user-table.js`
   * @throws RecPrismError "workspace-restricted" for an ONNX model where none may be loaded, and faults of the files
   */
  static async open(
    manifestPath: string,
    userTableScript: string,
    { sae, restricted = false }: OpenOptions = {},
  ): Promise<Project> {
    const dataset = await loadDataset(manifestPath, { restricted });
    try {
      if (restricted) refuseModel(dataset.manifest);
      const folder = sae ? resolve(sae) : resolve(dataset.folder, dataset.manifest.sae.path);
      const userTable = new UserTable({ ...dataset, ids: dataset.users.ids, restricted }, userTableScript);
      const recommender = await openRecommender(dataset);
      const project = new Project(dataset, recommender, userTable, manifestPath, folder, restricted);
      await project.reloadSae();
      return project;
    } catch (thrown) {
      await closeDataset(dataset);
      throw thrown;
    }
  }

  /** Opens the artifact anew; a fault is kept and told by `summary` and by whoever needs the SAE. */
  async reloadSae(): Promise<void> {
    try {
      this.openSae = await OpenSae.open(this.saeFolder, this.dataset, this.recommender);
      this.saeFault = null;
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      this.openSae = null;
      this.saeFault = thrown;
    }
  }

  async dispose(): Promise<void> {
    this.userTable.release();
    await this.recommender.release();
    await closeDataset(this.dataset);
  }

  /** @throws RecPrismError "artifact-missing" or what else kept the artifact from opening */
  get sae(): OpenSae {
    if (this.openSae) return this.openSae;
    throw this.saeFault ?? new RecPrismError("artifact-missing", "This project has no SAE yet. Train one.");
  }

  /** What steering works on, made anew when the SAE is another. */
  get steering(): SteeringContext {
    const { sae } = this;
    if (this.steeringOfSae?.sae !== sae) {
      this.steeringOfSae = { sae, context: projectSteering(this, sae) };
    }
    return this.steeringOfSae.context;
  }

  async summary(): Promise<ProjectSummary> {
    const { dataset } = this;
    const expected = ["artifact-missing", "artifact-unmeasured"];
    const fault = this.saeFault && !expected.includes(this.saeFault.reason) ? [this.saeFault.message] : [];
    return {
      id: dataset.folder,
      name: dataset.manifest.name,
      manifestPath: this.manifestPath,
      manifest: dataset.manifest,
      users: dataset.users.ids.length,
      items: dataset.items.ids.length,
      dimensions: dataset.items.embeddings.columns,
      interactions: dataset.interactions?.items.length ?? null,
      ...settingsFor(dataset),
      sae: this.openSae?.summary() ?? null,
      unmeasured: this.saeFault?.reason === "artifact-unmeasured",
      identity: dataset.identity,
      warnings: [...dataset.warnings, ...fault],
      fixes: dataset.fixes,
      stale: await this.staleness(),
      sources: [...new Set(sourceFiles(dataset.folder, dataset.manifest).map(({ file }) => file))],
    };
  }

  /** What the SAE was made from, against the files of now; the data that were read stay. */
  async staleness(): Promise<Staleness | null> {
    if (this.openSae === null) return null;
    const { folder, artifact } = this.openSae;
    return stalenessOf(folder, artifact, this.dataset.folder, this.dataset.manifest);
  }

  /** Ids that start with the text first, then those that contain it; in row order. */
  findUsers(text: string, limit: number): UserMatch[] {
    const { ids } = this.dataset.users;
    const wanted = text.trim().toLowerCase();
    const starting: number[] = [];
    const containing: number[] = [];
    for (let index = 0; index < ids.length && starting.length < limit; index++) {
      const position = ids.at(index).toLowerCase().indexOf(wanted);
      if (position === 0) starting.push(index);
      else if (position > 0 && containing.length < limit) containing.push(index);
    }
    return [...starting, ...containing]
      .slice(0, limit)
      .map((index) => ({ id: ids.at(index), detail: userDetail(this.dataset, index) }));
  }

  user(id: string): UserProfile {
    const index = userRow(this.dataset.users, id);
    const { artifact, rows } = this.sae;
    const latents = encode(artifact.sae, row(this.dataset.users.embeddings, index));
    const neurons = Array.from(latents, (activation, neuron) => {
      const { label, kind } = rows[neuron];
      return { neuron, label, kind, activation };
    });
    return {
      id,
      detail: userDetail(this.dataset, index),
      neurons: neurons
        .filter(({ activation }) => activation > 0)
        .sort((a, b) => b.activation - a.activation)
        .slice(0, PROFILE_NEURONS),
    };
  }

  /** Top lists of one user without and with a config; seen items are left out. */
  async recommend(id: string, k: number, config: SteeringConfig | null): Promise<Recommendation> {
    const { dataset, scorer } = this;
    const index = userRow(dataset.users, id);
    const seen = itemsOfUser(dataset.interactions, index);
    const list = (scores: Float64Array, unlisted: Uint32Array) =>
      Array.from(topRows(scores, k, unlisted), (item) => ({
        id: dataset.items.ids.at(item),
        title: titleOf(dataset.items, item),
        score: scores[item],
      }));
    const before = list(await scorer.scoreItems(row(dataset.users.embeddings, index), index), seen);
    if (config === null) return { user: id, before, after: before };
    this.checkConfig(config);
    const { steering } = this;
    const catalogue = new SteeredCatalogue(steering, await resolvedRules(steering, config));
    const { scores, hidden } = await catalogue.scores(index);
    return { user: id, before, after: list(scores, union(seen, hidden)) };
  }

  checkConfig(config: SteeringConfig, file?: string): void {
    const { artifact } = this.sae;
    checkSteeringConfig(config, { hash: artifact.hash, latents: artifact.sae.encoderBias.length }, file);
  }
}

/** A model is a program of whoever made the files. */
function refuseModel({ name, recommender }: Manifest): void {
  if (recommender.kind !== "onnx") return;
  throw new RecPrismError(
    "workspace-restricted",
    `${name} scores by an ONNX model (${recommender.model}), and no model is loaded in a restricted workspace. Trust the workspace to open it.`,
    { file: recommender.model, key: "recommender" },
  );
}
