/** The packaged extension stands alone: what it needs is in its own folder. */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vsixFile } from "../../scripts/package.mjs";
import { type CodeServer, startFreshCodeServer } from "./code-server";

describe("the installed extension", () => {
  let server: CodeServer;
  let dist: string;
  beforeAll(async () => {
    server = await startFreshCodeServer();
    const folder = readdirSync(server.extensions).find((name) => name.startsWith("recprism.recprism"));
    dist = join(server.extensions, folder ?? "not-installed", "dist");
  });
  afterAll(() => server?.stop());

  const inFolder = (...args: string[]) => execFileSync(process.execPath, args, { cwd: dist, encoding: "utf8" });

  it("loads its native packages from inside its own folder", () => {
    const script = `
      const { InferenceSession } = require("onnxruntime-node");
      const { version } = require("@duckdb/node-api");
      console.log(JSON.stringify({ ort: typeof InferenceSession.create, duckdb: version(), files: Object.keys(require.cache) }));`;
    const { ort, duckdb, files } = JSON.parse(inFolder("-e", script));
    expect(ort).toBe("function");
    expect(duckdb).toMatch(/^v\d+\.\d+/);
    expect(files.filter((file: string) => !file.startsWith(dist))).toEqual([]);
    expect(files.filter((file: string) => file.endsWith(".node"))).toHaveLength(2);
  });

  it("trains, lists and steers by its own command-line tool", () => {
    const sample = join(server.workspace, "films");
    inFolder("cli.js", "sample", sample);
    const report = JSON.parse(inFolder("cli.js", "train", "--project", sample, "--epochs", "1", "--json"));
    expect(report.items).toBe(1200);
    const neurons = JSON.parse(inFolder("cli.js", "neurons", "--project", sample, "--json"));
    expect(neurons).toHaveLength(report.latents);
  });

  it("trains where there is no native runtime, by the one in WebAssembly that it brings along", () => {
    const sample = join(server.workspace, "films-by-wasm");
    inFolder("cli.js", "sample", sample);
    const native = join(dist, "node_modules", "onnxruntime-node");
    renameSync(native, `${native}-away`);
    const options = ["--project", sample, "--epochs", "1", "--json"];
    const trained = spawnSync(process.execPath, ["cli.js", "train", ...options], { cwd: dist, encoding: "utf8" });
    renameSync(`${native}-away`, native);
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/using WebAssembly/);
    expect(JSON.parse(trained.stdout).items).toBe(1200);
  }, 120_000);

  it("holds no other platform's files and stays within 60 MB", () => {
    const paths = readdirSync(join(dist, "node_modules"), { recursive: true, encoding: "utf8" });
    const platforms = new Set(
      paths.map((path) => path.match(/(linux|darwin|win32)[/\\-](x64|arm64)/)?.[0]).filter(Boolean),
    );
    expect([...platforms].map((name) => name?.replace(/[/\\]/, "-"))).toSatisfy((names: string[]) =>
      names.every((name) => name === `${process.platform}-${process.arch}`),
    );
    expect(paths.filter((path) => /\.(map|d\.ts)$/.test(path))).toEqual([]);
    expect(statSync(vsixFile).size).toBeLessThan(60e6);
  });
});
