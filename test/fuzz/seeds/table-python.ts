/** Tables of Python's dictionaries, one on each line. */
import type { Fuzzed } from "../fuzzed";
import { readWholeTable } from "../whole-table";

export const fuzzed: Fuzzed = {
  extensions: [".json"],
  seeds: async () =>
    [
      `{'asin': '0001', 'title': "It's", 'price': 3.5, 'categories': [['Garden', 'Tools'], ['Garden']]}\n{'asin': '0002'}\n`,
      `{u'asin': 'B1', 'none': None, 'new': True, 'related': {'also': ['\\xe9', '\\'', 1e-3]}, 'pair': (1, 2,)}\n`,
    ].map((text) => Buffer.from(text)),
  read: readWholeTable,
};
