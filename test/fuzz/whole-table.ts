/** A table file that is fuzzed, read as the rest of RecPrism reads tables. */
import { describeTable, readTable } from "../../src/data/tables";

export async function readWholeTable(file: string): Promise<void> {
  const { columns, rows } = await describeTable(file);
  const [values] = await readTable(file, [columns[0].name]);
  if (values.length !== rows) throw new Error(`${values.length} of ${rows} lines were read`);
  await describeTable(file, { sampledBeyond: 200 });
}
