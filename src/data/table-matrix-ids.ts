/** Ids that a file gives its rows, as they are read: each row has one, and no two the same. */
import { RecPrismError } from "../protocol/error";

export class RowIds {
  /** In the order of the rows. */
  private readonly rows = new Map<string, number>();

  /**
   * @param column that holds them; null where the format itself does
   * @param place  names a row in messages: `row 3`
   */
  constructor(
    private readonly file: string,
    private readonly column: string | null,
    private readonly place: (row: number) => string,
  ) {}

  /** The id of the next row. @throws RecPrismError file-format where there is none, id-duplicate */
  add(id: string | null): void {
    const row = this.rows.size;
    const where = { file: this.file, row, ...(this.column === null ? {} : { column: this.column }) };
    const held = this.column === null ? "" : ` in column "${this.column}"`;
    if (id === null || id === "") {
      throw new RecPrismError("file-format", `${this.file}, ${this.place(row)}, has no id${held}. Give it one.`, where);
    }
    const earlier = this.rows.get(id);
    if (earlier !== undefined) {
      const shown = id.length > 80 ? `${id.slice(0, 80)}…` : id;
      throw new RecPrismError(
        "id-duplicate",
        `${this.file} has the id "${shown}"${held} in ${this.place(earlier)} and again in ${this.place(row)}. Ids must differ; remove one of the two.`,
        where,
      );
    }
    this.rows.set(id, row);
  }

  all(): string[] {
    return [...this.rows.keys()];
  }
}
