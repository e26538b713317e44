/** Edits of a manifest's text: they do what they say and leave all else as it was written. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edited } from "../../src/host/manifest-edit";
import type { KeyPath } from "../../src/protocol/manifest-edit";

const set = (path: KeyPath, value: unknown) => ({ path, change: "set", value }) as const;
const remove = (path: KeyPath) => ({ path, change: "remove" }) as const;
const rename = (path: KeyPath, name: string) => ({ path, change: "rename", name }) as const;

const MANIFEST = `{
    // Of the spring release.
    "version": 1,
    "items": { "embeddings": "items.npy", "ids": { "rule": "row-number" } },
    "users": {
        "embeddings": "users.npy", // 20 dimensions
        "titel": "name"
    },
    "sae": {}
}
`;

describe("an edit of a manifest", () => {
  it("replaces a value alone", () => {
    expect(edited(MANIFEST, [set(["users", "embeddings"], "u.npy")])).toBe(MANIFEST.replace('"users.npy"', '"u.npy"'));
  });

  it("renames a key alone", () =>
    expect(edited(MANIFEST, [rename(["users", "titel"], "title")])).toBe(MANIFEST.replace("titel", "title")));

  it("puts a new part where it usually stands, in the file's own indentation", () => {
    const text = edited(MANIFEST, [set(["interactions"], { table: "clicks.csv", user: "user" })]);
    expect(text).toBe(
      MANIFEST.replace(
        '    "sae"',
        '    "interactions": {\n        "table": "clicks.csv",\n        "user": "user"\n    },\n    "sae"',
      ),
    );
  });

  it("keeps an object on its line that is on one", () =>
    expect(edited(MANIFEST, [set(["items", "ids", "column"], "id")])).toBe(
      MANIFEST.replace('"row-number"', '"row-number", "column": "id"'),
    ));

  it("fills what is empty, and makes what should hold a key", () => {
    expect(edited(MANIFEST, [set(["sae", "path"], "s")])).toContain('"sae": {\n        "path": "s"\n    }\n}');
    expect(JSON.parse(edited('{"a": 1}', [set(["items", "tags", 0, "column"], "g")]))).toEqual({
      a: 1,
      items: { tags: [{ column: "g" }] },
    });
  });

  it("gives a key that has no value yet one", () =>
    expect(edited('{ "title": , "year": "y" }', [set(["title"], "t")])).toBe('{ "title": "t", "year": "y" }'));

  it("removes a key with its comma, and a comment of another key stays", () => {
    const text = edited(MANIFEST, [remove(["users", "titel"])]);
    expect(text).toContain('"embeddings": "users.npy" // 20 dimensions\n    },');
    expect(edited('{ "a": 1, "b": 2 }', [remove(["a"])])).toBe('{ "b": 2 }');
    expect(edited('{ "a": 1 }', [remove(["a"])])).toBe("{}");
  });

  it("leaves the text alone where its path leads nowhere", () =>
    expect(edited(MANIFEST, [remove(["none"]), rename(["none"], "x"), set(["version", "x"], 1)])).toBe(MANIFEST));

  it("keeps the line ends of Windows", () => {
    const text = edited('{\r\n  "a": 1\r\n}\r\n', [set(["b"], { c: 1 })]);
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("of any JSON gives the JSON with that edit", () => {
    const keys = fc.constantFrom("a", "b", "items", "users");
    const objects = fc.dictionary(keys, fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 })));
    fc.assert(
      fc.property(
        objects,
        keys,
        keys,
        fc.jsonValue(),
        fc.constantFrom(undefined, 2, "\t"),
        (object, outer, inner, value, indent) => {
          const text = JSON.stringify(object, null, indent);
          const plain = JSON.parse(text);
          const after = { ...plain, [outer]: { ...plain[outer], [inner]: JSON.parse(JSON.stringify(value)) } };
          expect(JSON.parse(edited(text, [set([outer, inner], value)]))).toEqual(after);
          delete plain[outer];
          expect(JSON.parse(edited(text, [remove([outer])]))).toEqual(plain);
        },
      ),
    );
  });
});
