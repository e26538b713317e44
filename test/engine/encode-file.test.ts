/** Encoding into a file: the activations that memory gives, whole or not at all. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Matrix, matrix, row } from "../../src/data/matrix";
import { readNpy, writeNpy } from "../../src/data/npy";
import { seededRandom } from "../../src/data/random";
import { withSafetensors } from "../../src/data/safetensors";
import { encodeToFile } from "../../src/engine/encode-file";
import { encodeRows } from "../../src/sae/encode";
import type { Activation } from "../../src/sae/model";
import { writeSae } from "../../src/sae/saelens";
import { failure, scratchFolder } from "../data/scratch";
import { minimalManifest } from "../minimal-manifest";
import { randomMatrix, randomSae } from "../sae/fixtures";

const D = 6;
const M = 10;
/** More than one block of rows. */
const ROWS = 20_000;
const untold = { progress: () => {}, cancelled: () => false };

/** A project with an SAE. */
async function project(activation: Activation["kind"] = "relu") {
  const folder = await scratchFolder();
  const random = seededRandom(2);
  const [users, items] = [randomMatrix(ROWS, D, random), randomMatrix(50, D, random)];
  await writeNpy(join(folder, "users.npy"), users);
  await writeNpy(join(folder, "items.npy"), items);
  await writeFile(join(folder, "recprism.json"), JSON.stringify(minimalManifest("rows")));
  const sae = randomSae(D, M, 1, { activation });
  await mkdir(join(folder, "sae"));
  const { hash } = await writeSae(join(folder, "sae"), sae);
  return { folder, users, items, sae, hash };
}

/** Far quicker than `toEqual` on as many values. */
function expectSame(found: Matrix, expected: Matrix): void {
  expect([found.rows, found.columns]).toEqual([expected.rows, expected.columns]);
  expect(found.values.findIndex((value, i) => value !== expected.values[i])).toBe(-1);
}

async function denseOf(file: string): Promise<Matrix> {
  return withSafetensors(file, async ({ shapes, values, integers }) => {
    const [rows, k] = shapes.get("values")!;
    const [z, neurons] = [await values("values"), await integers("neurons")];
    const dense = matrix(rows, M);
    for (let i = 0; i < z.length; i++) row(dense, Math.floor(i / k))[neurons[i]] = z[i];
    return dense;
  });
}

describe("encoding to a file", () => {
  it.each(["relu", "jumprelu", "topk"] as const)("writes all activations of an SAE of kind %s", async (kind) => {
    const { folder, users, items, sae, hash } = await project(kind);
    const out = join(folder, "z.npy");
    const encoded = await encodeToFile({ project: folder, matrix: "users", out }, untold);
    expect(encoded).toEqual({ file: out, rows: ROWS, latents: M, active: null, sae: hash });
    expectSame(await readNpy(out), await encodeRows(sae, users));
    await encodeToFile({ project: folder, matrix: "items", out }, untold);
    expectSame(await readNpy(out), await encodeRows(sae, items));
  });

  it("writes the active neurons alone of a top-k SAE, strongest first", async () => {
    const { folder, users, sae, hash } = await project("topk");
    const out = join(folder, "z.safetensors");
    const encoded = await encodeToFile({ project: folder, matrix: "users", out }, untold);
    expect(encoded).toEqual({ file: out, rows: ROWS, latents: M, active: 4, sae: hash });
    expectSame(await denseOf(out), await encodeRows(sae, users));
    await withSafetensors(out, async ({ metadata, values }) => {
      expect(metadata).toEqual({ sae: hash, latents: String(M) });
      const z = await values("values");
      expect(z.findIndex((value, i) => i % 4 > 0 && value > z[i - 1])).toBe(-1);
    });
  });

  it("takes any matrix, and needs no project where the SAE is named", async () => {
    const { folder, items, sae } = await project();
    const out = join(await scratchFolder(), "z.npy");
    const request = { project: "nowhere", matrix: join(folder, "items.npy"), sae: join(folder, "sae"), out };
    await encodeToFile(request, untold);
    expectSame(await readNpy(out), await encodeRows(sae, items));
  });

  it("tells how far it is, and when cancelled leaves what was there", async () => {
    const { folder } = await project();
    const out = join(folder, "z.npy");
    await writeFile(out, "old");
    const shares: number[] = [];
    const hooks = { progress: (share: number) => shares.push(share), cancelled: () => shares.length > 1 };
    await failure(encodeToFile({ project: folder, matrix: "users", out }, hooks), "cancelled", out);
    expect(shares).toHaveLength(2);
    expect(shares[1]).toBe(2 * shares[0]);
    expect(await readFile(out, "utf8")).toBe("old");
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("names the row that it cannot encode, and writes nothing", async () => {
    const { folder, users } = await project();
    users.values[17_000 * D + 3] = Number.NaN;
    await writeNpy(join(folder, "users.npy"), users);
    const request = { project: folder, matrix: "users", out: join(folder, "z.npy") };
    await failure(encodeToFile(request, untold), "value-not-finite", "users.npy", "row 17000, column 3");
    expect((await readdir(folder)).sort()).toEqual(["items.npy", "recprism.json", "sae", "users.npy"]);
  });

  it.each([
    ["z.txt", "relu", "neither .npy nor .safetensors"],
    ["z.safetensors", "relu", "(relu) has no k"],
    ["z.safetensors", "jumprelu", "(jumprelu) has no k"],
    ["users.npy", "relu", "which is to be encoded"],
  ] as const)("refuses to write %s of an SAE of kind %s", async (name, kind, said) => {
    const { folder, users } = await project(kind);
    const request = { project: folder, matrix: "users", out: join(folder, name) };
    await failure(encodeToFile(request, untold), "settings-invalid", said);
    expectSame(await readNpy(join(folder, "users.npy")), users);
  });

  it("refuses a matrix of other dimensions", async () => {
    const { folder } = await project();
    await writeNpy(join(folder, "other.npy"), matrix(3, D + 1));
    const request = { project: folder, matrix: join(folder, "other.npy"), out: join(folder, "z.npy") };
    await failure(encodeToFile(request, untold), "settings-invalid", "7 columns", "6 dimensions");
  });
});
