/** Where the keys that move through a list lead. */

/**
 * Index after a key press, or null when the key does not move.
 *
 * @param index current index, -1 for none
 * @param page  rows a page key moves by
 */
export function indexAfterKey(key: string, index: number, count: number, page: number): number | null {
  const target = targetOf(key, index, count, Math.max(1, page));
  if (target === null || count === 0) return null;
  return Math.min(count - 1, Math.max(0, target));
}

function targetOf(key: string, index: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowDown":
      return index + 1;
    case "ArrowUp":
      return index === -1 ? count - 1 : index - 1;
    case "PageDown":
      return Math.max(0, index) + page;
    case "PageUp":
      return index - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
