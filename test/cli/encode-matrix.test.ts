/** `recprism encode`, as it is called. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrixFile } from "../../src/data/matrix-file";
import { writeSae } from "../../src/sae/saelens";
import { randomSae } from "../sae/fixtures";
import { runCli } from "./run-cli";

let scratch: string;
let sample: string;
let hash: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-cli-"));
  sample = join(scratch, "films");
  await runCli(scratch, "sample", "films");
  await mkdir(join(sample, "sae"));
  ({ hash } = await writeSae(join(sample, "sae"), randomSae(24, 16, 1, { activation: "topk" })));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("recprism encode", { timeout: 30_000 }, () => {
  it("writes the activations and says what it wrote", async () => {
    const ran = await runCli(sample, "encode", "--matrix", "items", "--out", "z.npy", "--json");
    expect(ran.stderr).toBe("");
    const file = join(sample, "z.npy");
    expect(ran.json()).toEqual({ file, rows: 1200, latents: 16, active: null, sae: hash });
    expect(await describeMatrixFile(file)).toMatchObject([{ shape: [1200, 16], dtype: "float32" }]);
    const text = await runCli(sample, "encode", "--matrix", "users", "--out", "z.safetensors");
    expect(text.stdout).toContain("2000 rows, the 6 active ones of 16 neurons each");
  });

  it("fails with a sentence, and leaves nothing", async () => {
    const ran = await runCli(sample, "encode", "--matrix", "item_bias.npy", "--out", "y.npy");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("1 columns, but the SAE");
    expect((await readdir(sample)).filter((name) => name.includes("y.npy"))).toEqual([]);
    expect((await runCli(sample, "encode", "--matrix", "items")).code).toBe(2);
  });
});
