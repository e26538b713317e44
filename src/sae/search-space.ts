/** The settings that a search tries: the preset's first, then others, drawn at random around them. */
import { derivedSeed, seededRandom } from "../data/random";
import type { SaeSettings } from "../protocol/manifest";
import { mostLatents } from "./presets";

export interface SearchSpace {
  /** The preset's settings with what a person stated on top. */
  base: SaeSettings;
  /** What a person stated, and what trials leave as it is. */
  stated: ReadonlySet<keyof SaeSettings>;
  /** d */
  dimensions: number;
  /** Users and items together. */
  rows: number;
}

type SearchedSetting =
  | "predictionWeight"
  | "reconstructionWeight"
  | "coherenceWeight"
  | "klWeight"
  | "l1Weight"
  | "learningRate"
  | "latents"
  | "k";

interface Searched {
  /** Least and greatest value, the settings above it in the table being chosen; null where it takes no part. */
  ends(chosen: SaeSettings, space: SearchSpace): readonly [number, number] | null;
  whole: boolean;
}

/** Of weights: times the preset's. */
const WEIGHT_FACTOR = 10;
const LEARNING_RATE_FACTOR = 3;
const MOST_LATENTS_PER_DIMENSION = 8;
const FEWEST_ACTIVE_PER_DIMENSION = 1 / 8;

/**
 * What trials differ in. Every setting is drawn log-uniformly between its ends; a weight of 0 has no term, and stays.
 *
 * | setting | from | to |
 * |---|---|---|
 * | weights | a tenth of the preset's | ten times the preset's |
 * | learning rate | a third of the preset's | three times the preset's |
 * | latents | d | 8 d, but no more than the rows allow |
 * | k | d / 8 | d |
 *
 * How sparse activations are follows from the weights of KL and l1, or from k where the activation chooses so many.
 */
const SEARCHED: Record<SearchedSetting, Searched> = {
  predictionWeight: factor(WEIGHT_FACTOR, "predictionWeight"),
  reconstructionWeight: factor(WEIGHT_FACTOR, "reconstructionWeight"),
  coherenceWeight: factor(WEIGHT_FACTOR, "coherenceWeight"),
  klWeight: factor(WEIGHT_FACTOR, "klWeight", (settings) => !choosesK(settings)),
  l1Weight: factor(WEIGHT_FACTOR, "l1Weight", (settings) => !choosesK(settings)),
  learningRate: factor(LEARNING_RATE_FACTOR, "learningRate"),
  latents: {
    whole: true,
    ends({ prefixes, activation, k }, { stated, dimensions, rows }) {
      const activeNeurons = stated.has("k") && choosesK({ activation }) ? k : 1;
      const most = mostLatents({ dimensions, rows });
      const least = Math.max(Math.min(dimensions, most), activeNeurons, (prefixes.at(-1) ?? 0) + 1);
      return [least, Math.max(least, Math.min(MOST_LATENTS_PER_DIMENSION * dimensions, most))];
    },
  },
  k: {
    whole: true,
    ends(settings, { dimensions }) {
      if (!choosesK(settings)) return null;
      const most = Math.min(dimensions, settings.latents);
      return [Math.min(most, Math.ceil(FEWEST_ACTIVE_PER_DIMENSION * dimensions)), most];
    },
  },
};

const TABLE = Object.entries(SEARCHED) as [SearchedSetting, Searched][];

/**
 * The same for the same space and number, whatever other trials there are.
 *
 * @param number 1-based
 */
export function trialSettings(space: SearchSpace, number: number): SaeSettings {
  const { base, stated } = space;
  if (number === 1) return base;
  const random = seededRandom(derivedSeed(base.seed, `trial ${number}`));
  const settings = { ...base };
  for (const [name, { ends, whole }] of TABLE) {
    // Drawn even where it is not used: whoever states one setting sees the others tried as before.
    const share = random.uniform();
    const range = stated.has(name) ? null : ends(settings, space);
    if (range === null) continue;
    const [least, most] = range;
    const value = least * (most / least) ** share;
    // Three digits, since a person will read it.
    settings[name] = whole ? Math.round(value) : Number(value.toPrecision(3));
  }
  return settings;
}

/** Names of the settings in which trials differ. */
export function searchedSettings(space: SearchSpace): SearchedSetting[] {
  return TABLE.filter(([name, { ends }]) => {
    const range = space.stated.has(name) ? null : ends(space.base, space);
    return range !== null && range[0] < range[1];
  }).map(([name]) => name);
}

/** Between the value divided and multiplied by the factor. */
function factor(
  times: number,
  name: SearchedSetting,
  takesPart: (settings: SaeSettings) => boolean = () => true,
): Searched {
  return {
    whole: false,
    ends(settings) {
      const value = settings[name];
      return value > 0 && takesPart(settings) ? [value / times, value * times] : null;
    },
  };
}

function choosesK({ activation }: Pick<SaeSettings, "activation">): boolean {
  return activation === "topk" || activation === "batchtopk";
}
