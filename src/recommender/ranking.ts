/** Ranked lists from scores: the k best, seen items left out, ties broken by the lower row so that lists are reproducible. */

/**
 * Rows of the k best scores, best first; fewer when the catalogue has fewer.
 *
 * A bounded heap with the worst kept row on top: O(n log k) without sorting the catalogue.
 *
 * @param excluded rows never listed, ascending
 */
export function topRows(scores: Float64Array, k: number, excluded: ArrayLike<number> = []): Uint32Array {
  const heap: number[] = [];
  const worse = (a: number, b: number) => scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  let nextExcluded = 0;
  for (let row = 0; row < scores.length; row++) {
    if (nextExcluded < excluded.length && excluded[nextExcluded] === row) {
      nextExcluded++;
      continue;
    }
    if (heap.length < k) {
      heap.push(row);
      siftUp(heap, worse);
    } else if (k > 0 && worse(heap[0], row)) {
      heap[0] = row;
      siftDown(heap, worse);
    }
  }
  return Uint32Array.from(heap.sort((a, b) => (worse(a, b) ? 1 : -1)));
}

type Worse = (a: number, b: number) => boolean;

function siftUp(heap: number[], worse: Worse): void {
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!worse(heap[child], heap[parent])) return;
    [heap[child], heap[parent]] = [heap[parent], heap[child]];
    child = parent;
  }
}

function siftDown(heap: number[], worse: Worse): void {
  let parent = 0;
  for (;;) {
    let worst = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && worse(heap[child], heap[worst])) worst = child;
    }
    if (worst === parent) return;
    [heap[parent], heap[worst]] = [heap[worst], heap[parent]];
    parent = worst;
  }
}
