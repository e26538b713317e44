/** What comparing the lists of many users comes to: fidelity and accuracy, with intervals over users. */
import { derivedSeed } from "../data/random";
import type { Accuracy, Estimate, Report } from "../protocol/artifact";
import type { ListAccuracy } from "../sae/accuracy";
import { meanEstimate, relativeChange } from "../sae/bootstrap";
import type { ComparedLists } from "../sae/fidelity";

export type FidelityMeasures = Pick<Report, "rbo30" | "rbo30Extrapolated" | "kendall30" | "rankedUsers"> & {
  intervals: Pick<Report["intervals"], "rbo30" | "rbo30Extrapolated" | "kendall30">;
};

export function fidelityMeasures(lists: readonly ComparedLists[], seed: number): FidelityMeasures {
  const measure = (of: "rbo" | "rboExtrapolated" | "kendall") =>
    meanEstimate(
      lists.map((list) => list[of]),
      derivedSeed(seed, "bootstrap of fidelity"),
    );
  const [rbo, rboExtrapolated, kendall] = [measure("rbo"), measure("rboExtrapolated"), measure("kendall")];
  return {
    rbo30: rbo?.value ?? null,
    rbo30Extrapolated: rboExtrapolated?.value ?? null,
    kendall30: kendall?.value ?? null,
    rankedUsers: lists.length,
    intervals: {
      rbo30: rbo?.interval ?? null,
      rbo30Extrapolated: rboExtrapolated?.interval ?? null,
      kendall30: kendall?.interval ?? null,
    },
  };
}

/** Of embeddings that stay as they are: every list is its own original. */
export function unchangedLists(lists: readonly ComparedLists[]): ComparedLists[] {
  return lists.map(({ rboCeiling, accuracy }) => ({
    rbo: rboCeiling,
    rboCeiling,
    rboExtrapolated: 1,
    kendall: 1,
    accuracy: accuracy && { original: accuracy.original, reconstructed: accuracy.original },
  }));
}

/** @returns null where no user has enough interactions */
export function accuracyMeasures(lists: readonly ComparedLists[], seed: number): Accuracy | null {
  const users = lists.flatMap(({ accuracy }) => (accuracy === null ? [] : [accuracy]));
  if (users.length === 0) return null;
  const samples = (side: "original" | "reconstructed", of: keyof ListAccuracy) => users.map((user) => user[side][of]);
  const bootstrap = derivedSeed(seed, "bootstrap of accuracy");
  const means = (side: "original" | "reconstructed") => {
    const mean = (of: keyof ListAccuracy): Estimate => meanEstimate(samples(side, of), bootstrap)!;
    return { ndcg20: mean("ndcg20"), hr20: mean("hr20"), mrr20: mean("mrr20"), percentileRank: mean("percentileRank") };
  };
  return {
    users: users.length,
    original: means("original"),
    reconstructed: means("reconstructed"),
    ndcg20Change: relativeChange(samples("original", "ndcg20"), samples("reconstructed", "ndcg20"), bootstrap),
  };
}
