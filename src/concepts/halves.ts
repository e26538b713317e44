/** Two halves of the rows: one chooses a neuron's label, the other proves it. */
import { derivedSeed, seededRandom } from "../data/random";
import { type Concept, rowsWhere } from "./candidates";

/** One half of the rows, with each concept's bearers as positions within the half. */
export interface Half {
  /** Rows of items (or of users), ascending. */
  items: Uint32Array;
  /** Per concept, ascending positions in `items`. */
  bearers: Uint32Array[];
  /** Of every row its position in `items`; -1 for those of the other half. */
  positions: Int32Array;
}

export interface Halves {
  selection: Half;
  proof: Half;
}

/** The split is of the rows, not of the SAE: SAEs of other seeds are labelled by the same half. */
const SPLIT_SEED = 1;

/**
 * Deterministic in `seed`. Rows are paired with a neighbour that has the same rarest concept and a coin parts each
 * pair: so even a rare concept has about as many bearers in either half.
 */
export function splitInHalves(rows: number, concepts: readonly Concept[], seed = SPLIT_SEED): Halves {
  const random = seededRandom(derivedSeed(seed, "halves"));
  const rarest = rarestConcepts(rows, concepts);
  const order = random.shuffle(Uint32Array.from({ length: rows }, (_, row) => row));
  order.sort((a, b) => rarest[a] - rarest[b]);
  const inSelection = new Uint8Array(rows);
  for (let pair = 0; pair < rows; pair += 2) {
    const chosen = pair + random.integer(2);
    inSelection[order[Math.min(chosen, rows - 1)]] = 1;
  }
  return { selection: halfOf(inSelection, 1, concepts), proof: halfOf(inSelection, 0, concepts) };
}

/** Per row, the index of its concept with the fewest bearers; the number of concepts where it has none. */
function rarestConcepts(rows: number, concepts: readonly Concept[]): Uint32Array {
  const rarest = new Uint32Array(rows).fill(concepts.length);
  concepts.forEach(({ bearers }, index) => {
    for (const row of bearers) {
      const known = rarest[row];
      if (known === concepts.length || bearers.length < concepts[known].bearers.length) rarest[row] = index;
    }
  });
  return rarest;
}

function halfOf(inSelection: Uint8Array, side: 0 | 1, concepts: readonly Concept[]): Half {
  const items = rowsWhere(inSelection.length, (row) => inSelection[row] === side);
  const positions = new Int32Array(inSelection.length).fill(-1);
  items.forEach((row, position) => {
    positions[row] = position;
  });
  return { items, bearers: concepts.map(({ bearers }) => positionsAmong(bearers, positions)), positions };
}

/** Of rows, the positions of those that the half holds. */
export function positionsInHalf({ positions }: Half, rows: Uint32Array): Uint32Array {
  return positionsAmong(rows, positions);
}

/**
 * Of the rows that have a position, ascending as the rows are.
 *
 * @param positions of every row; -1 where it has none
 */
export function positionsAmong(rows: Uint32Array, positions: Int32Array): Uint32Array {
  const found = new Uint32Array(rows.length);
  let count = 0;
  for (const row of rows) if (positions[row] >= 0) found[count++] = positions[row];
  return found.slice(0, count);
}
