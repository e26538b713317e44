/** Ranked lists from scores: the k best, seen items left out, ties broken by the lower row so that lists are reproducible. */

/**
 * Rows of the k best scores, best first; fewer when the catalogue has fewer.
 *
 * A bounded heap with the worst kept row on top: O(n log k) without sorting the catalogue.
 *
 * @param excluded rows never listed, ascending
 */
export function topRows(scores: Float64Array, k: number, excluded: ArrayLike<number> = []): Uint32Array {
  const heap = new WorstFirst(scores, k);
  let from = 0;
  for (let next = 0; next < excluded.length; next++) {
    heap.takeBetween(from, Math.min(excluded[next], scores.length));
    from = excluded[next] + 1;
  }
  heap.takeBetween(from, scores.length);
  return heap.bestFirst();
}

class WorstFirst {
  private readonly rows: Uint32Array;
  private size = 0;

  constructor(
    private readonly scores: Float64Array,
    k: number,
  ) {
    this.rows = new Uint32Array(Math.min(k, scores.length));
  }

  /** Rows are taken in ascending order, so that one of the same score as the worst kept is worse. */
  takeBetween(from: number, to: number): void {
    const { scores, rows } = this;
    let row = from;
    for (; row < to && this.size < rows.length; row++) {
      rows[this.size++] = row;
      this.siftUp();
    }
    if (rows.length === 0) return;
    let worst = scores[rows[0]];
    for (; row < to; row++) {
      if (!(scores[row] > worst)) continue;
      rows[0] = row;
      this.siftDown();
      worst = scores[rows[0]];
    }
  }

  bestFirst(): Uint32Array {
    return this.rows.slice(0, this.size).sort((a, b) => (this.isWorse(a, b) ? 1 : -1));
  }

  private isWorse(a: number, b: number): boolean {
    const { scores } = this;
    return scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  }

  private siftUp(): void {
    const { rows } = this;
    let child = this.size - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isWorse(rows[child], rows[parent])) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private siftDown(): void {
    const { rows, size } = this;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      let worst = parent;
      if (left < size && this.isWorse(rows[left], rows[worst])) worst = left;
      if (right < size && this.isWorse(rows[right], rows[worst])) worst = right;
      if (worst === parent) return;
      this.swap(worst, parent);
      parent = worst;
    }
  }

  private swap(a: number, b: number): void {
    const { rows } = this;
    const kept = rows[a];
    rows[a] = rows[b];
    rows[b] = kept;
  }
}
