import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFault } from "../../src/data/json-fault";
import { readManifest, writeManifest } from "../../src/data/manifest-file";
import { type ManifestInput, manifestSchema } from "../../src/protocol/manifest";
import { failure, scratchFile, scratchFolder } from "./scratch";

const films: ManifestInput = {
  version: 1,
  name: "Films",
  items: {
    embeddings: "items.npy",
    table: "items.csv",
    ids: { rule: "table-order", column: "iid" },
    title: "title",
    tags: [{ column: "genres", separator: "|" }],
  },
  users: { embeddings: "users.npy", ids: { rule: "row-number" } },
};

const manifestText = (change: (manifest: Record<string, never>) => void) => {
  const manifest = structuredClone(films) as unknown as Record<string, never>;
  change(manifest);
  return JSON.stringify(manifest);
};

describe("a manifest", () => {
  it("is read by its folder or its own path, with defaults filled in", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "recprism.json"), `\ufeff${JSON.stringify(films)}`);
    const read = await readManifest(folder);
    expect(read).toEqual(await readManifest(join(folder, "recprism.json")));
    expect(read).toEqual({ manifest: manifestSchema.parse(films), folder, path: join(folder, "recprism.json") });
    expect(read.manifest.recommender).toEqual({ kind: "dot" });
    expect(read.manifest.users.ids).toEqual({ rule: "row-number", first: 0 });
  });

  it("is written without what is default, and comes back the same", async () => {
    const folder = await scratchFolder();
    const manifest = manifestSchema.parse({ ...films, $schema: "x", sae: { settings: { epochs: 3 } } });
    const path = await writeManifest(folder, manifest, false);
    const text = await readFile(path, "utf8");
    expect(JSON.parse(text)).toEqual({
      ...films,
      users: { embeddings: "users.npy", ids: { rule: "row-number", first: 0 } },
      sae: { settings: { epochs: 3 } },
    });
    expect(text).toMatch(/^\{\n {2}"version": 1,\n {2}"name": "Films",\n/);
    expect((await readManifest(path)).manifest).toEqual({ ...manifest, $schema: undefined });
  });

  it("is replaced only when that is said", async () => {
    const folder = await scratchFolder();
    const first = manifestSchema.parse(films);
    await writeManifest(folder, first, false);
    await failure(writeManifest(folder, { ...first, name: "Other" }, false), "manifest-exists", "recprism.json");
    expect((await readManifest(folder)).manifest.name).toBe("Films");
    await writeManifest(folder, { ...first, name: "Other" }, true);
    expect((await readManifest(folder)).manifest.name).toBe("Other");
  });
});

describe("a manifest that is wrong", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the point is to build what the type forbids
  const cases: [string, (manifest: any) => void, string, string][] = [
    ["items.titel", (m) => (m.items.titel = "x"), "items.titel", 'unknown key; did you mean "title"?'],
    ["a key like no other", (m) => (m.colour = 1), "colour", "unknown key; allowed are"],
    ["a key in a list", (m) => (m.items.tags[0].seperator = "|"), "items.tags[0].seperator", '"separator"'],
    ["a key of the id rule", (m) => (m.users.ids.frist = 1), "users.ids.frist", 'did you mean "first"?'],
    ["a missing key", (m) => delete m.items.embeddings, "items.embeddings", "is missing; expected text"],
    ["a wrong type", (m) => (m.users.attributes = "age"), "users.attributes", 'found "age", expected a list'],
    ["a wrong version", (m) => (m.version = 2), "version", "found 2, expected 1"],
    ["an unknown rule", (m) => (m.users.ids.rule = "guess"), "users.ids.rule", '"table-order", "row-number"'],
    ["a rule left out", (m) => delete m.users.ids.rule, "users.ids.rule", 'is missing; expected "table-order"'],
    ["an unknown head", (m) => (m.recommender = { kind: "ncf" }), "recommender.kind", 'found "ncf", expected "dot"'],
    ["a fraction", (m) => (m.users.ids.first = 0.5), "users.ids.first", "found 0.5, expected a whole number"],
    ["too small a number", (m) => (m.sae = { settings: { batch: 1 } }), "sae.settings.batch", "expected at least 2"],
    ["zero where it may not be", (m) => (m.sae = { settings: { learningRate: 0 } }), "sae.settings", "more than 0"],
    ["an empty name", (m) => (m.name = ""), "name", 'found "", expected text that is not empty'],
  ];
  it.each(cases)("by %s is answered with the key, what was found and what is allowed", async (_, change, key, said) => {
    const file = await scratchFile("recprism.json", manifestText(change));
    const error = await failure(readManifest(file), "manifest-invalid", file, `${key}`, said);
    expect(error.where.file).toBe(file);
    expect(error.where.key).toContain(key);
  });

  it.each([
    ["[]", "found an empty list, expected an object"],
    ["null", "expected an object"],
    ["", "text ends too early at line 1, column 1"],
    ['{\n  "version": 1,\n  "name": Films\n}', '"Films" is not expected at line 3, column 11'],
    ['{\n  "version": 1,\n}', '"}" is not expected at line 3, column 1'],
    ['{"version": 1', "text ends too early at line 1, column 14"],
    ["{} x", '"x" is not expected at line 1, column 4'],
    ['{"a": "tab\there"}', "line 1, column 7"],
  ])("as %j is answered with the place", async (text, said) => {
    await failure(readManifest(await scratchFile("recprism.json", text)), "manifest-invalid", said);
  });

  it("or missing is answered with how to make one", async () => {
    const folder = await scratchFolder();
    await failure(readManifest(folder), "file-missing", "recprism init");
    await failure(readManifest(join(folder, "no.json")), "file-missing", "no.json");
    await mkdir(join(folder, "recprism.json"));
    await failure(readManifest(folder), "file-unreadable", "is a folder");
  });
});

describe("the place of a fault in JSON", () => {
  it("is found in exactly the texts that are no JSON", () => {
    const damaged = fc
      .tuple(fc.jsonValue(), fc.nat(1), fc.nat(), fc.constantFrom(...'{}[],:"1etrue \n'))
      .map(([value, removed, at, inserted]) => {
        const text = JSON.stringify(value, null, 1);
        const position = at % (text.length + 1);
        return text.slice(0, position) + inserted + text.slice(position + removed);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(jsonFault(text) === null).toBe(valid);
      }),
      { numRuns: 1000 },
    );
  });
});
