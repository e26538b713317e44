/** Which files of a folder are looked at: links out of it are not. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesBelow } from "../../src/data/folder-files";
import { proposeManifest } from "../../src/data/propose";
import { failure, scratchFolder } from "./scratch";

/** Windows lets hardly anyone make links. */
describe.skipIf(process.platform === "win32")("links in a folder", () => {
  async function linked() {
    const [folder, elsewhere] = [await scratchFolder(), await scratchFolder()];
    await writeFile(join(elsewhere, "ratings.csv"), "user,item\nsecret,1\n");
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "data", "items.csv"), "item,title\n1,A\n");
    return { folder, elsewhere };
  }

  it("are followed to files within it, and to nothing else", async () => {
    const { folder, elsewhere } = await linked();
    await symlink(join("data", "items.csv"), join(folder, "films.csv"));
    await symlink(join(elsewhere, "ratings.csv"), join(folder, "log.csv"));
    await symlink(elsewhere, join(folder, "data", "more"));
    await symlink(join("..", "data"), join(folder, "data", "same"));
    await symlink("nowhere.csv", join(folder, "lost.csv"));
    expect(await filesBelow(folder)).toEqual({
      files: ["films.csv", "lost.csv", "data/items.csv"],
      outside: ["log.csv", "data/more"],
      complete: true,
    });
  });

  it("may go round in circles", async () => {
    const { folder } = await linked();
    await symlink(folder, join(folder, "data", "up"));
    await symlink("b.csv", join(folder, "a.csv"));
    await symlink("a.csv", join(folder, "b.csv"));
    expect((await filesBelow(folder)).files).toEqual(["a.csv", "b.csv", "data/items.csv"]);
    const { notes } = await proposeManifest(folder);
    expect(notes.filter((note) => note.includes("leads to itself"))).toHaveLength(2);
  });

  it("that lead out of it are left out of a proposal, which says so; unless a person points at one", async () => {
    const { folder, elsewhere } = await linked();
    const link = join(folder, "ratings.csv");
    await symlink(join(elsewhere, "ratings.csv"), link);
    const scanned = await proposeManifest(folder);
    expect(scanned.notes).toEqual([
      `Left out: ${link} is a link that leads out of the folder. Choose the file itself, or copy it there.`,
    ]);
    expect(JSON.stringify(scanned)).not.toContain("secret");
    expect(scanned.withoutEmbeddings).toBeNull();
    const pointed = await proposeManifest([folder, link]);
    expect(pointed.notes).toEqual([]);
    expect(pointed.withoutEmbeddings?.interactions).toMatchObject({ table: "ratings.csv", user: "user", item: "item" });
  });
});

describe("a folder", () => {
  it("that is not there is named", async () => {
    const folder = join(await scratchFolder(), "none");
    await failure(filesBelow(folder), "file-missing", folder);
  });

  it("is looked at three levels deep, past hidden files, packages and what RecPrism wrote", async () => {
    const folder = await scratchFolder();
    for (const file of [
      "a.csv",
      "recprism.json",
      ".b.csv",
      "x/y/z/c.csv",
      "x/y/z/w/d.csv",
      "node_modules/e.csv",
      "x/f.steer.json",
    ]) {
      await mkdir(join(folder, file, ".."), { recursive: true });
      await writeFile(join(folder, file), "x");
    }
    expect((await filesBelow(folder)).files).toEqual(["a.csv", "x/y/z/c.csv"]);
  });
});
