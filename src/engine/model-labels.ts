/** Names by language models for the neurons of an open SAE: what to ask of which items, and what an answer is worth. */
import { itemSummary } from "../concepts/item-summary";
import { itemsToName, itemsToTell, type ModelItemPool, type TestItem } from "../concepts/model-items";
import { choiceIn, modelScore, nameIn, namingPrompt, testPrompt } from "../concepts/model-label";
import { derivedSeed } from "../data/random";
import type { ModelLabel } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { ModelQuestion, ModelTest } from "../protocol/neurons";
import { seedOf } from "./measured-rows";
import type { OpenSae } from "./open-sae";

/** Items to tell apart below which a score says nothing. */
const LEAST_ASKED = 8;

/** @throws RecPrismError "not-found" for a neuron that nothing can be asked about */
export async function namingQuestion(sae: OpenSae, neuron: number): Promise<ModelQuestion> {
  const { pool, describe } = await poolOf(sae, neuron, "selection");
  const { active, silent } = itemsToName(pool);
  // Whoever names it should not find out afterwards that the name cannot be tested.
  await testedItems(sae, neuron);
  return { prompt: namingPrompt(active.map(describe), silent.map(describe)), items: 0 };
}

/** @throws RecPrismError "answer-unreadable", "not-found" */
export async function testQuestion(sae: OpenSae, neuron: number, answer: string): Promise<ModelTest> {
  const label = nameIn(answer);
  const { items, describe } = await testedItems(sae, neuron);
  return {
    label,
    prompt: testPrompt(
      label,
      items.map(({ item }) => describe(item)),
    ),
    items: items.length,
  };
}

/** @throws RecPrismError "answer-unreadable", "not-found" */
export async function testedLabel(
  sae: OpenSae,
  neuron: number,
  named: Pick<ModelLabel, "label" | "model">,
  answer: string,
): Promise<ModelLabel> {
  const { items } = await testedItems(sae, neuron);
  const choice = choiceIn(answer, items.length);
  return { ...named, at: new Date().toISOString(), ...modelScore(choice, items) };
}

/** The same items whenever they are asked for, in an order that does not tell the answer. */
async function testedItems(sae: OpenSae, neuron: number) {
  const { pool, describe } = await poolOf(sae, neuron, "proof");
  const seed = derivedSeed(seedOf(sae.artifact.sae), `language-model test of neuron ${neuron}`);
  const items: TestItem[] = itemsToTell(pool, seed);
  if (items.length >= LEAST_ASKED) return { items, describe };
  const fewActive = pool.items.filter((item) => pool.activations[item] > 0).length < LEAST_ASKED / 2;
  throw new RecPrismError(
    "not-found",
    `Neuron ${neuron} is active on ${fewActive ? "too few" : "nearly all"} items for a language model to name it and have the name tested.`,
    { key: "neuron" },
  );
}

async function poolOf(sae: OpenSae, neuron: number, half: "selection" | "proof") {
  sae.check(neuron);
  const { measured, onItems, halves } = await sae.measuredNeurons();
  const describe = (item: number) => itemSummary(measured.items, item);
  const pool: ModelItemPool = {
    activations: await onItems.of(neuron),
    embeddings: measured.items.embeddings,
    tags: (item) => measured.items.tags.flatMap(({ values }) => values[item]),
    items: halves[half].items,
  };
  return { pool, describe };
}
