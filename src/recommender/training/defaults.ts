/** Settings of a recommender's training where a person states none. */
import { RecPrismError } from "../../protocol/error";
import { type RecommenderSettings, recommenderSettingsSchema } from "../../protocol/recommender";

type Defaults = Omit<RecommenderSettings, "kind" | "batch">;

/** Chosen on MovieLens 100K and 1M. */
const SHARED = { dimensions: 20, negatives: "uniform", holdOut: 0.2, seed: 0 } as const;
const DEFAULTS: Record<RecommenderSettings["kind"], Defaults> = {
  mf: { ...SHARED, negativesPerPair: 4, epochs: 6, learningRate: 0.2, l2: 0.01 },
  bpr: { ...SHARED, negativesPerPair: 4, epochs: 6, learningRate: 0.2, l2: 0.01 },
  ncf: { ...SHARED, negativesPerPair: 4, epochs: 12, learningRate: 0.1, l2: 0.003 },
};

const LARGEST_BATCH = 2_048;
const SMALLEST_BATCH = 32;
/** Few interactions need as many steps as many do. */
const STEPS_PER_EPOCH = 256;

/**
 * @param pairs to train on
 * @throws RecPrismError "settings-invalid" naming the setting
 */
export function recommenderSettings(
  asked: Pick<RecommenderSettings, "kind"> & Partial<RecommenderSettings>,
  pairs: number,
): RecommenderSettings {
  const batch = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, Math.ceil(pairs / STEPS_PER_EPOCH)));
  const result = recommenderSettingsSchema.safeParse({ batch, ...DEFAULTS[asked.kind], ...asked });
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const key = path.join(".");
  throw new RecPrismError(
    "settings-invalid",
    `The setting ${key} cannot be ${String(asked[key as keyof typeof asked])}: ${message}.`,
    {
      key,
    },
  );
}
