import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { chmod, lstat, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  recoverFolder,
  removeAbandoned,
  replaceFileAtomically,
  replaceFolderAtomically,
  writeFileAtomically,
} from "../../src/data/atomic-write";
import { RecPrismError } from "../../src/protocol/error";
import { failure, scratchFolder } from "./scratch";

/** The code with which the next write to a file fails, as a full or read-only disk would. */
const disk = vi.hoisted(() => ({ fault: undefined as string | undefined }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const failing = (handle: FileHandle) =>
    new Proxy(handle, {
      get(target, name) {
        if (name === "writeFile" && disk.fault !== undefined) {
          return () => Promise.reject(systemError(disk.fault as string));
        }
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return { ...real, open: async (...args: Parameters<typeof real.open>) => failing(await real.open(...args)) };
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: "write" });
}

afterEach(() => {
  disk.fault = undefined;
});

describe("writing a file atomically", () => {
  it("replaces the content and leaves nothing beside it", async () => {
    const folder = await scratchFolder();
    const file = join(folder, "labels.json");
    await writeFileAtomically(file, "old");
    await writeFileAtomically(file, Buffer.from("new"));
    expect(await readFile(file, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["labels.json"]);
  });

  it("keeps the file's mode and writes through a link", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "real.json"), "old");
    await chmod(join(folder, "real.json"), 0o640);
    await symlink("real.json", join(folder, "link.json"));
    await writeFileAtomically(join(folder, "link.json"), "new");
    expect((await lstat(join(folder, "link.json"))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, "real.json"), "utf8")).toBe("new");
    expect((await stat(join(folder, "real.json"))).mode & 0o777).toBe(0o640);
  });

  it.each([
    ["ENOSPC", "disk-full", "Free some space"],
    ["EDQUOT", "disk-full", "Free some space"],
    ["EACCES", "file-unwritable", "permission"],
    ["EROFS", "file-unwritable", "read-only"],
    ["EIO", "file-unwritable", "EIO"],
  ] as const)("on %s keeps the old file, leaves no temporary and says %s", async (code, reason, remedy) => {
    const folder = await scratchFolder();
    const file = join(folder, "labels.json");
    await writeFile(file, "old");
    disk.fault = code;
    await failure(writeFileAtomically(file, "new"), reason, file, remedy);
    disk.fault = undefined;
    expect(await readFile(file, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["labels.json"]);
  });

  it("says when the folder is missing, or when a folder stands where the file should go", async () => {
    const folder = await scratchFolder();
    await failure(writeFileAtomically(join(folder, "no", "a.json"), ""), "file-unwritable", "folder does not exist");
    await mkdir(join(folder, "taken"));
    await failure(writeFileAtomically(join(folder, "taken"), ""), "file-unwritable", "is a folder");
    expect(await readdir(folder)).toEqual(["taken"]);
  });
});

describe("writing a file bit by bit", () => {
  it("replaces the old one when all is written, and not before", async () => {
    const file = join(await scratchFolder(), "large.npy");
    await writeFile(file, "old");
    await replaceFileAtomically(file, async (handle) => {
      await handle.write(Buffer.from("lines"), 0, 5, 4);
      expect(await readFile(file, "utf8")).toBe("old");
      await handle.write(Buffer.from("two "), 0, 4, 0);
    });
    expect(await readFile(file, "utf8")).toBe("two lines");
  });

  it("leaves the old one and nothing else when it is given up", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "large.npy"), "old");
    const work = replaceFileAtomically(join(folder, "large.npy"), async (handle) => {
      await handle.write("new");
      throw new RecPrismError("cancelled", "enough");
    });
    await failure(work, "cancelled", "enough");
    expect(await readdir(folder)).toEqual(["large.npy"]);
    expect(await readFile(join(folder, "large.npy"), "utf8")).toBe("old");
  });

  it("tidies up after a process that was killed, and after no other", async () => {
    const folder = await scratchFolder();
    const file = join(folder, "large.npy");
    await replaceFileAtomically(file, async () => {
      for (const name of [".large.npy.4194304-0011aabb.tmp", ".other.npy.4194304-0011aabb.tmp"]) {
        await writeFile(join(folder, name), "");
      }
      await removeAbandoned(file);
      expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toHaveLength(2);
    });
    expect((await readdir(folder)).sort()).toEqual([".other.npy.4194304-0011aabb.tmp", "large.npy"]);
  });
});

describe("replacing a folder atomically", () => {
  const writeAs = (version: string) => async (folder: string) => {
    await writeFile(join(folder, "a"), version);
    await writeFile(join(folder, "b"), version);
  };

  it("takes over the new files and drops the old ones", async () => {
    const parent = await scratchFolder();
    const folder = join(parent, "deep", "sae");
    await replaceFolderAtomically(folder, (temporary) => writeFile(join(temporary, "old-only"), "1"));
    await replaceFolderAtomically(folder, writeAs("2"));
    expect(await readdir(folder)).toEqual(["a", "b"]);
    expect(await readdir(join(parent, "deep"))).toEqual(["sae"]);
  });

  it("keeps the old folder when writing fails, whatever the cause", async () => {
    const parent = await scratchFolder();
    const folder = join(parent, "sae");
    await replaceFolderAtomically(folder, writeAs("1"));
    const half = (fault: Error) => async (temporary: string) => {
      await writeFile(join(temporary, "a"), "2");
      throw fault;
    };
    await failure(replaceFolderAtomically(folder, half(systemError("ENOSPC"))), "disk-full", folder);
    await failure(replaceFolderAtomically(folder, half(new RecPrismError("cancelled", "stopped"))), "cancelled");
    await expect(replaceFolderAtomically(folder, half(new TypeError("a bug")))).rejects.toThrow("a bug");
    expect(await readdir(parent)).toEqual(["sae"]);
    expect(await readFile(join(folder, "a"), "utf8")).toBe("1");
  });

  it("puts the old folder back after an interruption between the two renames", async () => {
    const parent = await scratchFolder();
    const folder = join(parent, "sae");
    await replaceFolderAtomically(folder, writeAs("1"));
    await rename(folder, `${folder}.previous`);
    await recoverFolder(folder);
    expect(await readFile(join(folder, "a"), "utf8")).toBe("1");
    expect(await readdir(parent)).toEqual(["sae"]);
  });

  it("removes leftovers of dead writers, and nothing else", async () => {
    const parent = await scratchFolder();
    const folder = join(parent, "sae");
    await replaceFolderAtomically(folder, writeAs("1"));
    for (const name of ["sae.previous", ".sae.999999999-0123abcd.tmp", ".other.999999999-0123abcd.tmp", ".sae.notes"]) {
      await mkdir(join(parent, name));
    }
    await recoverFolder(folder);
    expect(await readdir(parent)).toEqual([".other.999999999-0123abcd.tmp", ".sae.notes", "sae"]);
  });

  it("leaves a folder that is being written alone", async () => {
    const folder = join(await scratchFolder(), "sae");
    await replaceFolderAtomically(folder, async (temporary) => {
      await recoverFolder(folder);
      await writeAs("1")(temporary);
    });
    expect(await readFile(join(folder, "b"), "utf8")).toBe("1");
  });

  it("has nothing to recover where no folder ever was", async () => {
    const parent = await scratchFolder();
    await recoverFolder(join(parent, "no", "sae"));
    expect(await readdir(parent)).toEqual([]);
  });
});

describe("a writer killed at any moment", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  it("leaves one whole version of a file and of a folder", async () => {
    const parent = await scratchFolder();
    const [file, folder, script] = [join(parent, "file"), join(parent, "sae"), join(parent, "writer.mjs")];
    const source = `
      import { writeFile } from "node:fs/promises";
      import { replaceFolderAtomically, writeFileAtomically } from "./atomic-write";
      const [file, folder] = process.argv.slice(2);
      for (let version = 0; ; version++) {
        const content = String(version % 10).repeat(200_000);
        await writeFileAtomically(file, content);
        await replaceFolderAtomically(folder, async (temporary) => {
          for (const name of ["a", "b", "c"]) await writeFile(temporary + "/" + name, content);
        });
        if (version === 0) process.send("started");
      }`;
    const resolveDir = join(import.meta.dirname, "../../src/data");
    await build({
      stdin: { contents: source, resolveDir, loader: "ts" },
      outfile: script,
      bundle: true,
      platform: "node",
      format: "esm",
    });
    for (let round = 0; round < 6; round++) {
      const child = fork(script, [file, folder]);
      children.push(child);
      await once(child, "message");
      await new Promise((resolve) => setTimeout(resolve, 7 * round));
      child.kill("SIGKILL");
      await once(child, "exit");

      await recoverFolder(folder);
      const whole = /^(\d)\1{199999}$/;
      expect(await readFile(file, "utf8")).toMatch(whole);
      const contents = await Promise.all(["a", "b", "c"].map((name) => readFile(join(folder, name), "utf8")));
      expect(contents[0]).toMatch(whole);
      expect(new Set(contents).size).toBe(1);
      const leftovers = (await readdir(parent)).filter((name) => name.includes("sae") && name !== "sae");
      expect(leftovers).toEqual([]);
    }
  });
});
