/** Tables as text: with and without quotes, in several encodings, split by one or two characters. */
import { describeTable, readTable } from "../../../src/data/tables";
import { type Fuzzed, refusalOf } from "../fuzzed";

const TEXT = `id,title,genres,year\r\n1,"Käfer, ""der""",Drama|Comedy,1995\r\n2,,,\r\n007,ヤギ,War,\r\n`;

export const fuzzed: Fuzzed = {
  extensions: [".csv"],
  async seeds() {
    return [
      Buffer.from(TEXT),
      Buffer.from(`\ufeff${TEXT}`),
      Buffer.from(`\ufeff${TEXT}`, "utf16le"),
      Buffer.from(TEXT.replace("ヤギ", "Amélie"), "latin1"),
      Buffer.from("1::1193::5::978300760\n1::661::3::978302109\n"),
      Buffer.from("id\tname\n1\tBjörk\n2\tMGMT\n"),
    ];
  },
  async read(file) {
    const { columns, rows } = await describeTable(file);
    const [values] = await readTable(file, [columns[0].name]);
    if (values.length !== rows) throw new Error(`${values.length} of ${rows} lines were read`);
    // UTF-16 is no latin1, and may be refused.
    await readTable({ file, header: false, encoding: "latin1" }, ["column0"]).catch((thrown) =>
      refusalOf(thrown, file),
    );
  },
};
