/** The tools of language models over the Model Context Protocol, asked by the protocol's own client. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../package.json";
import type { NeuronExport } from "../../src/protocol/neurons";
import { built } from "../built";
import { runCli } from "./run-cli";

let scratch: string;
let films: string;
let client: Client;
let neuron: number;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-mcp-"));
  films = join(scratch, "films");
  await runCli(scratch, "sample", "films");
  client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [built("cli.js"), "mcp", "--project", films],
      stderr: "pipe",
    }),
  );
}, 180_000);
afterAll(async () => {
  await client.close();
  await rm(scratch, { recursive: true, force: true });
});

async function call(name: string, input: Record<string, unknown> = {}): Promise<{ text: string; isError: boolean }> {
  const result = await client.callTool({ name, arguments: input });
  const [content] = result.content as { type: string; text: string }[];
  return { text: content.text, isError: result.isError === true };
}

describe("the tools over MCP", { timeout: 120_000 }, () => {
  it("introduce themselves before any project is opened", async () => {
    expect(client.getServerVersion()).toMatchObject({ name: "recprism", version });
    expect(client.getInstructions()).toContain("find_neurons first");
    const { tools } = await client.listTools();
    expect(
      tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint, annotations?.destructiveHint]),
    ).toEqual([
      ["find_neurons", true, false],
      ["preview_steering", true, false],
      ["explain_recommendation", true, false],
      ["write_steering_config", false, true],
    ]);
    for (const { inputSchema, description } of tools) {
      expect(inputSchema).toMatchObject({ type: "object", properties: expect.any(Object) });
      expect(description).toBeTruthy();
    }
    expect(tools[3].inputSchema.required).toEqual(["recipe", "file"]);
  });

  it("say what is missing, and work once it is there", async () => {
    expect(await call("find_neurons")).toEqual({ text: expect.stringMatching(/Train one/), isError: true });
    expect((await runCli(films, "train", "--epochs", "2", "--latents", "24", "--json")).code).toBe(0);
    const neurons = (await runCli(films, "neurons", "kind:tag", "--json")).json<NeuronExport[]>();
    ({ neuron } = neurons[0]);
    const found = await call("find_neurons", { query: "kind:tag", limit: 100 });
    expect(found.isError).toBe(false);
    for (const { label } of neurons) expect(found.text).toContain(`| ${label} |`);
  });

  it("preview, and write what was previewed into the project alone", async () => {
    const recipe = {
      name: "Less of it",
      edits: [{ neuron, operation: "set", value: -1.5 }],
      audience: { kind: "random", count: 50 },
    };
    const effect = await call("preview_steering", { recipe });
    expect(effect).toMatchObject({
      isError: false,
      text: expect.stringMatching(/\*\*Less of it\*\*.*50 users; lists of 10/),
    });
    expect(effect.text).toContain("NDCG@20");
    const one = await call("preview_steering", { recipe, user: "u0001", k: 3 });
    expect(one.text).toContain("| # | before | after | why |");
    const written = await call("write_steering_config", { recipe, file: "steering/less.steer.yaml" });
    expect(written).toEqual({ text: expect.stringContaining("Wrote steering/less.steer.yaml."), isError: false });
    expect(await readFile(join(films, "steering", "less.steer.yaml"), "utf8")).toContain("name: Less of it");
    expect((await runCli(films, "check", "steering/less.steer.yaml")).code).toBe(0);
    const refused = await call("write_steering_config", { recipe, file: "../less.steer.yaml" });
    expect(refused).toEqual({ text: expect.stringContaining("outside of the project"), isError: true });
  });

  it("answer several calls at once, and bad ones with what was wrong", async () => {
    const answers = await Promise.all([
      call("find_neurons", { limit: 1 }),
      call("find_neurons", { limits: 1 }),
      call("preview_steering", { recipe: { edits: [{ neuron: 9999, operation: "suppress" }] } }),
      call("no_such_tool"),
    ]);
    expect(answers.map(({ isError }) => isError)).toEqual([false, true, true, true]);
    expect(answers[1].text).toContain('did you mean "limit"');
    expect(answers[2].text).toContain("names a neuron that this SAE does not have");
    expect(answers[3].text).toContain("The tools are find_neurons");
  });
});

it("nothing but the protocol is on standard output, and the server ends with its input", {
  timeout: 60_000,
}, async () => {
  const server = spawn(process.execPath, [built("cli.js"), "mcp", "--project", films]);
  let stdout = "";
  server.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const message = (value: object) => server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...value })}\n`);
  const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  message({ id: 1, method: "initialize", params: hello });
  message({ method: "notifications/initialized" });
  server.stdin.write("this is no JSON\n");
  message({ id: 2, method: "tools/call", params: { name: "find_neurons", arguments: { limit: 1 } } });
  server.stdin.end();
  const [code] = await once(server, "close");
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  // What was asked before the end is answered still.
  expect(lines.map(({ id }) => id)).toEqual([1, 2]);
  expect(lines[1].result.content[0].text).toContain("neurons, the first 1");
});
