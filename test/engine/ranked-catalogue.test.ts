/** Which items compared lists are made of. */
import { describe, expect, it } from "vitest";
import { itemsOfUser } from "../../src/data/dataset";
import { rankedCatalogue } from "../../src/engine/ranked-catalogue";
import { randomDataset } from "../sae/fixtures";

describe("the ranked catalogue", () => {
  it("is the whole one where that is in memory", () => {
    const dataset = randomDataset(30, 40, 5);
    expect(rankedCatalogue(dataset, 1)).toEqual(dataset);
  });

  it("is a sample of one that is not, with the interactions that are left", () => {
    const dataset = randomDataset(30, 12, 2);
    // So wide that eight rows are all that fit.
    const columns = 2 ** 22;
    const embeddings = {
      rows: 12,
      columns,
      readInto: (values: Float32Array, at: number, from: number) => {
        values[at] = from;
      },
    };
    const ranked = rankedCatalogue({ ...dataset, items: { ...dataset.items, embeddings } }, 1);
    expect(ranked.items.ids.length).toBe(8);
    const rows = Array.from(ranked.items.ids, (id) => dataset.items.ids.rowOf(id)!);
    expect(rows.map((_, place) => ranked.items.embeddings.values[place * columns])).toEqual(rows);
    for (let user = 0; user < 30; user++) {
      const kept = Array.from(itemsOfUser(ranked.interactions, user), (place) => rows[place]);
      expect(kept).toEqual([...itemsOfUser(dataset.interactions, user)].filter((item) => rows.includes(item)));
    }
  });
});
