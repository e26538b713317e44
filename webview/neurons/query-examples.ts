/** What can be searched for, by example. */

export interface QueryExample {
  term: string;
  meaning: string;
}

export const QUERY_EXAMPLES: readonly QueryExample[] = [
  { term: "horror", meaning: "a word in names and tags; a number is a neuron" },
  { term: "label:horror", meaning: "in a name: a person's, a model's or the one found" },
  { term: "concept:genres", meaning: "in the concept that proves the name" },
  { term: "kind:era", meaning: "tag, popularity, era, trend, audience, text, mixed, unlabelled, dead" },
  { term: "confidence>=medium", meaning: "high, medium, low, none" },
  { term: "ms>0.6", meaning: "monosemanticity score" },
  { term: "purity>=90%", meaning: "purity@10 on held-out items" },
  { term: "auc>0.8", meaning: "AUC on held-out items" },
  { term: "lift>3", meaning: "purity over base rate" },
  { term: "density<10%", meaning: "share of items that activate it" },
  { term: "neuron<100", meaning: "number of the neuron" },
  { term: "is:pinned", meaning: "pinned, wrong, renamed, noted, merged, carried, labelled, dead" },
  { term: "-is:dead", meaning: "a minus turns a term round" },
  { term: "kind:era or kind:trend", meaning: "either; other terms must all hold" },
  { term: '"film noir"', meaning: "words that belong together" },
];
