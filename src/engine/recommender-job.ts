/** The work of making a recommender: interactions in, embeddings and a project out. Runs in a process of its own. */
import { access, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileAtomically } from "../data/atomic-write";
import { completedManifest, type MadeFiles, moved } from "../data/completed-manifest";
import { writeFault } from "../data/file-fault";
import { type InteractionPairs, readInteractionPairs } from "../data/interaction-pairs";
import { readManifest, writeManifest } from "../data/manifest-file";
import { locate } from "../data/manifest-paths";
import { writeNpy } from "../data/npy";
import { RecPrismError } from "../protocol/error";
import { MANIFEST_FILE, type Manifest } from "../protocol/manifest";
import { RECOMMENDER_FILE, type RecommenderReport, type RecommenderRequest } from "../protocol/recommender";
import { dotRecommender } from "../recommender/dot-and-cosine";
import { openHead } from "../recommender/onnx-head";
import type { Recommender } from "../recommender/recommender";
import { recommenderSettings } from "../recommender/training/defaults";
import { splitPairs } from "../recommender/training/pairs";
import { type TrainedRecommender, trainRecommender } from "../recommender/training/train-recommender";
import { dataFingerprint } from "../sae/data-fingerprint";
import { measuredRanking } from "./recommender-measures";
import { type JobHooks, type JobResult, progressReporter } from "./train-job";

export interface RecommenderJob extends RecommenderRequest {
  kind: "recommender";
}

/** File names in the folder. */
const ITEMS = "items.npy";
const USERS = "users.npy";
const ITEM_BIAS = "item_bias.npy";
const USER_BIAS = "user_bias.npy";
const HEAD = "head.onnx";

export async function runRecommenderJob(job: RecommenderJob, hooks: JobHooks): Promise<JobResult> {
  const report = progressReporter(hooks);
  report({ phase: "preparing" });
  const again = await madeBefore(job.out);
  const { table, ...columns } = job.project.interactions;
  const place = { folder: job.folder, restricted: false };
  const pairs = await readInteractionPairs(await locate(table, place), columns, { key: "interactions.table" });
  if (hooks.cancelled()) return CANCELLED;

  const settings = recommenderSettings(job.settings, pairs.users.length);
  const split = splitPairs(pairs, pairs.times, settings.holdOut, settings.seed);
  const trained = await trainRecommender(
    { pairs: split.train, users: pairs.userIds.length, items: pairs.itemIds.length, settings },
    {
      cancelled: hooks.cancelled,
      progress: (step) => report({ phase: "training", epochs: settings.epochs, ...step }),
    },
  );
  if (trained === null) return CANCELLED;

  report({ phase: "measuring", secondsLeft: null, measuredShare: 0 });
  try {
    const measures = await withRecommender(trained, (recommender) =>
      measuredRanking(trained, recommender, split, settings.seed, {
        cancelled: hooks.cancelled,
        progress: (measuredShare) => report({ measuredShare }),
      }),
    );
    const recommender: RecommenderReport = {
      version: 1,
      made: new Date().toISOString(),
      settings,
      interactions: { ...columns, table: moved(table, job.folder, job.out) },
      data: dataFacts(pairs),
      split: {
        by: pairs.times === null ? "random" : "time",
        trainPairs: split.train.users.length,
        heldOutPairs: split.heldOut.users.length,
      },
      training: { seconds: trained.seconds, steps: trained.steps, loss: trained.loss },
      measures,
    };
    await publish(job, again, trained, pairs, recommender);
    return { artifact: job.out, interrupted: false, recommender };
  } catch (thrown) {
    if (thrown instanceof RecPrismError && thrown.reason === "cancelled") return CANCELLED;
    throw thrown;
  }
}

const CANCELLED: JobResult = { artifact: null, interrupted: true };

/** The recommender as it will be used: a head is read by the reader of heads. */
async function withRecommender<Value>(
  { users, items, userBias, head }: TrainedRecommender,
  work: (recommender: Recommender) => Promise<Value>,
): Promise<Value> {
  if (head === null) return work(dotRecommender({ bias: userBias?.values ?? null }));
  const folder = await mkdtemp(join(tmpdir(), "recprism-head-"));
  try {
    await writeFileAtomically(join(folder, HEAD), head);
    const recommender = await openHead({ kind: "onnx", model: HEAD }, folder, { users, items });
    return await work(recommender).finally(() => recommender.release());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Whether the folder holds a recommender that was made here.
 *
 * @throws RecPrismError "file-unwritable" for embeddings that are no work of ours
 */
async function madeBefore(out: string): Promise<boolean> {
  if (await exists(join(out, RECOMMENDER_FILE))) return true;
  for (const name of [ITEMS, USERS, ITEM_BIAS, USER_BIAS, HEAD]) {
    if (!(await exists(join(out, name)))) continue;
    throw new RecPrismError(
      "file-unwritable",
      `${out} holds ${name}, which RecPrism did not make, since there is no ${RECOMMENDER_FILE}. Choose another folder for the recommender.`,
      { file: join(out, name) },
    );
  }
  return false;
}

/** Each file whole; the report comes after what it speaks of, and the manifest last, since with it the folder is a project. */
async function publish(
  { folder, project, out }: RecommenderJob,
  again: boolean,
  { users, items, userBias, itemBias, head }: TrainedRecommender,
  { userIds, itemIds }: InteractionPairs,
  report: RecommenderReport,
): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (thrown) {
    throw writeFault(thrown, out);
  }
  const made: MadeFiles = {
    items: ITEMS,
    users: USERS,
    itemBias: itemBias && ITEM_BIAS,
    userBias: userBias && USER_BIAS,
    itemIds: listName("item_ids", itemIds),
    userIds: listName("user_ids", userIds),
    recommender: head === null ? { kind: "dot" } : { kind: "onnx", model: HEAD },
  };
  // While it is missing, what else is there may belong to two recommenders.
  await rm(join(out, RECOMMENDER_FILE), { force: true });
  await writeNpy(join(out, ITEMS), items);
  await writeNpy(join(out, USERS), users);
  await writeOrRemove(join(out, ITEM_BIAS), itemBias && ((file) => writeNpy(file, itemBias)));
  await writeOrRemove(join(out, USER_BIAS), userBias && ((file) => writeNpy(file, userBias)));
  await writeOrRemove(join(out, HEAD), head && ((file) => writeFileAtomically(file, head)));
  await writeFileAtomically(join(out, made.itemIds), listText(made.itemIds, itemIds));
  await writeFileAtomically(join(out, made.userIds), listText(made.userIds, userIds));
  await writeFileAtomically(join(out, RECOMMENDER_FILE), `${JSON.stringify(report, null, 2)}\n`);
  const manifest = completedManifest(project, folder, out, made);
  if (!(await exists(join(out, MANIFEST_FILE)))) await writeManifest(out, manifest, false);
  else if (again) await writeManifest(out, withEmbeddingsOf((await readManifest(out)).manifest, manifest), true);
}

/** A person's manifest, with nothing changed but where the embeddings are and how they score. */
function withEmbeddingsOf(before: Manifest, made: Manifest): Manifest {
  const side = <Side extends Manifest["items"] | Manifest["users"]>(of: Side, from: Side): Side => ({
    ...of,
    embeddings: from.embeddings,
    bias: from.bias,
    ids: { ...from.ids, column: of.ids.column },
  });
  return {
    ...before,
    items: side(before.items, made.items),
    users: side(before.users, made.users),
    recommender: made.recommender,
  };
}

/** What an earlier recommender of another kind left is removed. */
async function writeOrRemove(file: string, write: ((file: string) => Promise<void>) | null): Promise<void> {
  if (write !== null) await write(file);
  else await rm(file, { force: true });
}

/** Text has one id a line, which an id with a line break in it does not allow. */
function listName(stem: string, ids: readonly string[]): string {
  return ids.some((id) => /[\r\n\0\uFEFF]/.test(id)) ? `${stem}.json` : `${stem}.txt`;
}

function listText(name: string, ids: readonly string[]): string {
  return name.endsWith(".json") ? JSON.stringify(ids) : `${ids.join("\n")}\n`;
}

function dataFacts({
  userIds,
  itemIds,
  users,
  items,
  times,
  lines,
  incompleteLines,
  lowLines,
}: InteractionPairs): RecommenderReport["data"] {
  const ids = new TextEncoder().encode([...userIds, "", ...itemIds].join("\n"));
  const ofTimes = times === null ? [] : [new Uint8Array(times.buffer, times.byteOffset, times.byteLength)];
  return {
    fingerprint: dataFingerprint([ids, users, items, ...ofTimes]),
    users: userIds.length,
    items: itemIds.length,
    pairs: users.length,
    lines,
    incompleteLines,
    lowRatedLines: lowLines,
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
