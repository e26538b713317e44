/** A report with every measure in it, of a made-up SAE, for tests of what people are shown. */
import type { Accuracy, Report } from "../src/protocol/artifact";
import { completeReport } from "./sae/report";

const accuracy: Accuracy = {
  users: 950,
  original: {
    ndcg20: { value: 0.253, interval: [0.243, 0.263] },
    hr20: { value: 0.904, interval: [0.887, 0.92] },
    mrr20: { value: 0.48, interval: [0.459, 0.5] },
    percentileRank: { value: 0.103, interval: [0.099, 0.106] },
  },
  reconstructed: {
    ndcg20: { value: 0.229, interval: [0.219, 0.239] },
    hr20: { value: 0.875, interval: [0.857, 0.894] },
    mrr20: { value: 0.446, interval: [0.425, 0.467] },
    percentileRank: { value: 0.115, interval: [0.111, 0.118] },
  },
  ndcg20Change: { value: -0.0941, interval: [-0.1134, -0.0754] },
};

export function measuredReport(changes: Partial<Report> = {}): Report {
  const report = completeReport(22);
  return {
    ...report,
    users: 6018,
    items: 3018,
    measuredUsers: 6018,
    measuredItems: 3018,
    rankedItems: 3018,
    dimensions: 20,
    ms: 0.581,
    purity10: 0.875,
    purity10BaseRate: 0.218,
    labelled: 16,
    rbo30: 0.56,
    rankedUsers: 1203,
    intervals: {
      ms: [0.524, 0.633],
      purity10: [0.819, 0.931],
      rbo30: [0.551, 0.57],
      rbo30Extrapolated: [0.58, 0.6],
      kendall30: [0.296, 0.322],
    },
    accuracy,
    duplicates: {
      leastCosine: 0.9,
      pairs: 3,
      byDecoder: 1,
      byLabel: 2,
      strongest: [
        { neurons: [12, 21], cosine: 0.953, sameLabel: false },
        { neurons: [2, 5], cosine: 0.41, sameLabel: true },
        { neurons: [1, 9], cosine: -0.008, sameLabel: true },
      ],
    },
    baselines: {
      rawDimensions: {
        ...report.baselines.rawDimensions,
        ms: 0.462,
        purity10: 0.6875,
        purity10BaseRate: 0.164,
        labelled: 32,
        neurons: 40,
        rbo30: 0.9576,
        rbo30Extrapolated: 1,
        kendall30: 1,
        ndcg20Change: { value: 0, interval: [0, 0] },
      },
      randomSae: {
        ...report.baselines.randomSae,
        ms: 0.454,
        purity10: 0.656,
        purity10BaseRate: 0.18,
        labelled: 18,
        neurons: 22,
        rbo30: 0.0595,
        ndcg20Change: { value: -0.272, interval: [-0.357, -0.192] },
      },
    },
    ...changes,
  };
}
