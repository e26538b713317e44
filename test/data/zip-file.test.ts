/** Entries of zip archives: where they are, what they hold, and what is not believed of them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withOpenedFile } from "../../src/data/opened-file";
import { entryContent, storedBytes, type ZipEntry, zipEntries } from "../../src/data/zip-file";
import { failure, scratchFile, scratchFolder } from "./scratch";
import { zipBytes } from "./zip-bytes";

async function contentOf(file: string, entry: ZipEntry, pieceBytes?: number): Promise<Buffer> {
  return withOpenedFile(file, async (handle) => {
    const pieces: Buffer[] = [];
    for await (const piece of entryContent(handle, entry, file, pieceBytes)) pieces.push(piece);
    return Buffer.concat(pieces);
  });
}

const entriesOf = (file: string) => withOpenedFile(file, (handle, size) => zipEntries(handle, size, file));

describe("a zip archive", () => {
  it("gives back every entry, stored or deflated, in pieces of any size, in 32 and 64 bits", async () => {
    const file = join(await scratchFolder(), "a.zip");
    const members = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?$/),
        content: fc.uint8Array({ maxLength: 500 }),
        deflated: fc.boolean(),
      }),
      { selector: ({ name }) => name, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(members, fc.integer({ min: 64, max: 700 }), fc.boolean(), async (members, pieceBytes, zip64) => {
        await writeFile(file, zipBytes(members, { zip64 }));
        const entries = await entriesOf(file);
        expect([...entries.keys()]).toEqual(members.map(({ name }) => name));
        for (const { name, content, deflated } of members) {
          const entry = entries.get(name) as ZipEntry;
          expect(entry).toMatchObject({ name, size: content.length, method: deflated ? "deflated" : "stored" });
          expect(await contentOf(file, entry, pieceBytes)).toEqual(Buffer.from(content));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("leaves out folders", async () => {
    const file = await scratchFile("a.zip", zipBytes([{ name: "folder/", content: Buffer.alloc(0) }]));
    expect([...(await entriesOf(file)).keys()]).toEqual([]);
  });

  it("gives any range of a stored entry, and no byte beyond it", async () => {
    const file = await scratchFile(
      "a.zip",
      zipBytes([
        { name: "a", content: Buffer.from("0123456789") },
        { name: "b", content: Buffer.from("secret"), deflated: true },
      ]),
    );
    await withOpenedFile(file, async (handle, size) => {
      const entries = await zipEntries(handle, size, file);
      const a = entries.get("a") as ZipEntry;
      expect((await storedBytes(handle, a, 3, 7, file)).toString()).toBe("3456");
      expect((await storedBytes(handle, a, 10, 10, file)).toString()).toBe("");
      await failure(storedBytes(handle, a, 3, 11, file), "file-format", file, "has 10 bytes");
      await failure(storedBytes(handle, a, -1, 3, file), "file-format", "bytes -1 to 3");
      await failure(storedBytes(handle, entries.get("b") as ZipEntry, 0, 1, file), "file-format", "b is compressed");
    });
  });

  it("may be left in the middle of an entry", async () => {
    const file = await scratchFile(
      "a.zip",
      zipBytes([{ name: "a", content: Buffer.alloc(4_000_000), deflated: true }]),
    );
    await withOpenedFile(file, async (handle, size) => {
      const entry = (await zipEntries(handle, size, file)).get("a") as ZipEntry;
      for (let times = 0; times < 3; times++) {
        for await (const piece of entryContent(handle, entry, file, 1000)) {
          expect(piece.length).toBeGreaterThan(0);
          break;
        }
      }
    });
  });
});

describe("a zip archive that cannot be right", () => {
  it("stops at the size that its directory promises, however much more there is", async () => {
    const bomb = Buffer.alloc(50_000_000);
    const file = await scratchFile("a.zip", zipBytes([{ name: "a", content: bomb, deflated: true, size: 1000 }]));
    const entry = (await entriesOf(file)).get("a") as ZipEntry;
    await failure(contentOf(file, entry), "file-format", file, "more than its 1000 bytes");
    expect(deflateRawSync(bomb).length).toBeLessThan(bomb.length / 900);
  });

  it("is named when an entry has less than is promised, or ends in the middle", async () => {
    const content = Buffer.from("some text that is not long");
    const less = await scratchFile("a.zip", zipBytes([{ name: "a", content, deflated: true, size: 100 }]));
    await failure(contentOf(less, (await entriesOf(less)).get("a") as ZipEntry), "file-format", "26 of its 100 bytes");
    const cut = await scratchFile("a.zip", zipBytes([{ name: "a", content, deflated: true, compressed: 9 }]));
    await failure(contentOf(cut, (await entriesOf(cut)).get("a") as ZipEntry), "file-format", "a");
  });

  it("is named when it speaks of places outside the file, in 64 bits too", async () => {
    const member = { name: "a", content: Buffer.from("x") };
    const bytes = zipBytes([member], { zip64: true });
    const directory = bytes.indexOf("PK\x01\x02");
    // Of the entry, of the directory, and of its end.
    for (const place of [
      directory + 46 + 1 + 4 + 16,
      bytes.indexOf("PK\x06\x06") + 48,
      bytes.indexOf("PK\x06\x07") + 8,
    ]) {
      for (const position of [2n ** 40n, 2n ** 60n, 2n ** 64n - 1n]) {
        const wrong = Buffer.from(bytes);
        wrong.writeBigUInt64LE(position, place);
        const file = await scratchFile("a.zip", wrong);
        await failure(entriesOf(file), "file-format", file, "directory");
      }
    }
    const many = Buffer.from(bytes);
    many.writeBigUInt64LE(2n ** 60n, bytes.indexOf("PK\x06\x06") + 32);
    await failure(entriesOf(await scratchFile("a.zip", many)), "file-format", "entries");
  });
});
