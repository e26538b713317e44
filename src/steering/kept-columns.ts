/** Columns of numbers that are costly to find again: as many are kept as memory allows, those asked for last. */

export class KeptColumns {
  private readonly kept = new Map<number, Promise<Float64Array>>();

  /**
   * @param length of each column
   * @param find one column by its key
   * @param mostValues that are kept in all; of the last column asked for always
   */
  constructor(
    private readonly length: number,
    private readonly find: (key: number) => Promise<Float64Array>,
    private readonly mostValues: number,
  ) {}

  /** @returns not to be written to */
  of(key: number): Promise<Float64Array> {
    const known = this.kept.get(key);
    const column = known ?? this.find(key);
    this.kept.delete(key);
    this.kept.set(key, column);
    // One that fails is tried anew when it is asked for again.
    if (known === undefined) {
      column.catch(() => {
        if (this.kept.get(key) === column) this.kept.delete(key);
      });
    }
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= 1 || this.kept.size * this.length <= this.mostValues) break;
      this.kept.delete(oldest);
    }
    return column;
  }
}
