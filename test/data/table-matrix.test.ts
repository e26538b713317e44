/** Which columns of a table are dimensions, and which names the rows. */
import { describe, expect, it } from "vitest";
import { chosenColumns, foundInTable, type MatrixColumn } from "../../src/data/table-matrix";
import { failure } from "./scratch";

type Kind = MatrixColumn["kind"];

function table(columns: Record<string, Kind>, rows = 5) {
  return {
    rows,
    columns: Object.entries(columns).map(([name, kind]): MatrixColumn => {
      return { name, kind, dtype: kind, lengths: kind === "list" ? [4, 4] : null };
    }),
  };
}

function found(columns: Record<string, Kind>) {
  return foundInTable("t", table(columns)).map(({ source: { column, columns, id } }) => ({
    dimensions: column ?? columns,
    id,
  }));
}

describe("the dimensions of a table", () => {
  it.each<[string, Record<string, Kind>, string[], string | undefined]>([
    ["an id by its name", { movieId: "integer", a: "float", b: "float" }, ["a", "b"], "movieId"],
    ["an id that comes last", { e0: "float", e1: "float", user_id: "integer" }, ["e0", "e1"], "user_id"],
    ["the index that pandas wrote", { "Unnamed: 0": "integer", "0": "float", "1": "float" }, ["0", "1"], "Unnamed: 0"],
    ["the only text", { code_name: "text", x: "float", y: "float" }, ["x", "y"], "code_name"],
    ["no id among several texts", { title: "text", genre: "text", x: "float" }, ["x"], undefined],
    ["neither year nor count", { item_id: "text", year: "integer", x: "float", count: "integer" }, ["x"], "item_id"],
    ["a dimension of nothing but zeros", { id: "text", e0: "float", e1: "integer" }, ["e0", "e1"], "id"],
    ["quantised dimensions", { id: "integer", q0: "integer", q1: "integer" }, ["q0", "q1"], "id"],
    ["dimensions called like items", { item_0: "float", item_1: "float" }, ["item_0", "item_1"], undefined],
    ["no header, and first a whole number", { column0: "integer", column1: "float" }, ["column1"], "column0"],
    ["a dimension that is damaged", { id: "text", e0: "float", e1: "text", e2: "float" }, ["e0", "e1", "e2"], "id"],
  ])("are told from %s", (_, columns, dimensions, id) => {
    expect(found(columns)).toEqual([{ dimensions, id }]);
  });

  it("are each column of lists, and all columns of numbers together", () => {
    expect(found({ asin: "text", text_vector: "list", image_vector: "list", price: "float" })).toEqual([
      { dimensions: "text_vector", id: "asin" },
      { dimensions: "image_vector", id: "asin" },
      { dimensions: ["price"], id: "asin" },
    ]);
  });

  it("are unusable where the lists differ in length", () => {
    const columns: MatrixColumn[] = [{ name: "tags", kind: "list", dtype: "list", lengths: [0, 7] }];
    expect(foundInTable("t", { rows: 5, columns })[0].unusable).toContain("0 to 7");
  });
});

describe("the columns that a source means", () => {
  const choose = async (source: object, columns: Record<string, Kind>) =>
    chosenColumns({ file: "t", ...source }, table(columns));

  it("are those it names, in its order", async () => {
    const { vectors, id } = await choose({ columns: ["b", "a"], id: "k" }, { a: "float", b: "float", k: "text" });
    expect(Array.isArray(vectors) && vectors.map(({ name }) => name)).toEqual(["b", "a"]);
    expect(id?.name).toBe("k");
  });

  it("are a bias where it names one column of numbers", async () => {
    const { vectors } = await choose({ column: "bias" }, { bias: "float", vector: "list" });
    expect(Array.isArray(vectors) && vectors.map(({ name }) => name)).toEqual(["bias"]);
  });

  it("are asked for where there are several", async () => {
    await failure(choose({}, { a: "list", b: "list" }), "not-found", '"a"', '"b"', '"column"');
    await failure(choose({}, { title: "text" }), "not-found", "no numbers", '"title"');
  });

  it("must be there", async () => {
    await failure(choose({ column: "c" }, { a: "list" }), "column-missing", '"c"', '"a"');
    await failure(choose({ column: "a", id: "k" }, { a: "list" }), "column-missing", '"k"');
    await failure(choose({ tensor: "w" }, { a: "list" }), "not-found", '"w"');
    await failure(choose({ columns: ["a"] }, { a: "list" }), "dtype-unsupported", '"a"');
  });
});
