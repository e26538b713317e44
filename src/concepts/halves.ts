/** Two halves of the items: one chooses a neuron's label, the other proves it. */
import { derivedSeed, seededRandom } from "../data/random";
import type { Concept } from "./candidates";

/** One half of the items, with each concept's bearers as positions within the half. */
export interface Half {
  /** Item rows, ascending. */
  items: Uint32Array;
  /** Per concept, ascending positions in `items`. */
  bearers: Uint32Array[];
}

/**
 * Deterministic in `seed`. Items are paired with a neighbour that has the same rarest concept and a coin parts each
 * pair: so even a rare concept has about as many bearers in either half.
 */
export function splitInHalves(items: number, concepts: Concept[], seed: number): { selection: Half; proof: Half } {
  const random = seededRandom(derivedSeed(seed, "halves"));
  const rarest = rarestConcepts(items, concepts);
  const order = random.shuffle(Uint32Array.from({ length: items }, (_, item) => item));
  order.sort((a, b) => rarest[a] - rarest[b]);
  const inSelection = new Uint8Array(items);
  for (let pair = 0; pair < items; pair += 2) {
    const chosen = pair + random.integer(2);
    inSelection[order[Math.min(chosen, items - 1)]] = 1;
  }
  return { selection: half(inSelection, 1, concepts), proof: half(inSelection, 0, concepts) };
}

/** Per item, the index of its concept with the fewest bearers; the number of concepts where it has none. */
function rarestConcepts(items: number, concepts: Concept[]): Uint32Array {
  const rarest = new Uint32Array(items).fill(concepts.length);
  const counts = concepts.map(({ count }) => count);
  concepts.forEach(({ bears, count }, index) => {
    for (let item = 0; item < items; item++) {
      if (bears[item] === 1 && (rarest[item] === concepts.length || count < counts[rarest[item]])) rarest[item] = index;
    }
  });
  return rarest;
}

function half(inSelection: Uint8Array, side: 0 | 1, concepts: Concept[]): Half {
  const rows: number[] = [];
  for (let item = 0; item < inSelection.length; item++) if (inSelection[item] === side) rows.push(item);
  const items = Uint32Array.from(rows);
  const bearers = concepts.map(({ bears, count }) => {
    const positions = new Uint32Array(count);
    let found = 0;
    for (let position = 0; position < items.length; position++) {
      if (bears[items[position]] === 1) positions[found++] = position;
    }
    return positions.slice(0, found);
  });
  return { items, bearers };
}
