/** Exporting a config: run against the preview, then written, all of it or nothing. */
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { holds } from "../../src/data/ascending-rows";
import { answerOf, type CodeRun } from "../../src/engine/code-answers";
import { exportCode, generateCode } from "../../src/engine/export-code";
import { pythonWithNumpy } from "../../src/engine/run-python";
import { MOST_USERS, questionsOf, verifiedCode } from "../../src/engine/verify-code";
import { EXPORT_LANGUAGES, type ExportLanguage } from "../../src/protocol/engine";
import { RecPrismError } from "../../src/protocol/error";
import { SteeredCatalogue } from "../../src/steering/steered-catalogue";
import { codeCase, configOf, everyRule } from "../codegen/code-cases";
import { failure, scratchFolder } from "../data/scratch";
import { randomContext } from "../steering/random-context";

const context = randomContext(3, { users: 40, items: 60, dimensions: 5, latents: 8 });
const config = configOf("delta", everyRule(context, 3));
const { rules } = codeCase(context, config);
const project = { steering: context, restricted: false };
const unhurried = async () => {};
const python = await pythonWithNumpy();

/** 100 x 100 weights, too many for the code. */
const large = randomContext(1, { users: 5, items: 40, dimensions: 100, latents: 100 });
const largeConfig = configOf("reconstruct", everyRule(large, 3));
const largeProject = { steering: large, restricted: false };

describe("exportConfig", () => {
  it.each(EXPORT_LANGUAGES)("writes %s once it gave the preview's lists", async (language) => {
    const file = join(await scratchFolder(), "new", "folder", `less.${language}`);
    const { files, verification } = await exportCode(project, config, language, file, unhurried);
    const generated = await generateCode(context, config, language, `less.${language}`);
    expect(files[0]).toBe(file);
    expect(files).toHaveLength(generated.files.length);
    for (const [index, { content }] of generated.files.entries()) {
      expect(Buffer.from(content as string).equals(await readFile(files[index]))).toBe(true);
    }
    if (language === "python" && python === null) {
      expect(verification).toMatchObject({ passed: null, message: expect.stringContaining("no python3 with NumPy") });
      return;
    }
    expect(verification).toMatchObject({ passed: true, users: 40, identical: 40 });
    expect(verification.message).toMatch(/gave the preview's top 30 for 40 users/);
  });

  it.each(["python", "typescript", "onnx"] satisfies ExportLanguage[])(
    "says of which config and SAE %s is",
    async (language) => {
      const { files, hash } = await generateCode(large, largeConfig, language, "steer.x");
      const text = Buffer.from(files[0].content as string).toString("latin1");
      expect(text).toContain(hash);
      expect(text).toContain(config.sae.hash);
      expect(files.length).toBeGreaterThan(1);
    },
  );

  it("runs no program in a restricted workspace, and says so", async () => {
    const file = join(await scratchFolder(), "less.py");
    const { verification } = await exportCode({ ...project, restricted: true }, config, "python", file, unhurried);
    expect(verification).toMatchObject({ passed: null, users: 0, message: expect.stringContaining("restricted") });
    expect(await readFile(file, "utf8")).toContain("def steer(");
  });

  it("keeps a config whose audience nobody may look up here, as it stands", async () => {
    const refusing = Object.defineProperties(
      {
        usersWhere: () =>
          Promise.reject(new RecPrismError("workspace-restricted", "No SQL runs in a restricted workspace.")),
      },
      Object.fromEntries(
        Object.entries(Object.getOwnPropertyDescriptors(context)).filter(([key]) => key !== "usersWhere"),
      ),
    ) as unknown as typeof context;
    const bySql = configOf("delta", [
      { name: "Young", audience: { kind: "sql", where: "age < 18" }, edits: [{ neuron: 1, operation: "suppress" }] },
    ]);
    const folder = await scratchFolder();
    const restricted = { steering: refusing, restricted: true };
    const { verification } = await exportCode(restricted, bySql, "json", join(folder, "a.steer.json"), unhurried);
    expect(verification).toMatchObject({ passed: null, message: expect.stringContaining("No SQL runs") });
    await failure(exportCode(restricted, bySql, "typescript", join(folder, "a.ts"), unhurried), "workspace-restricted");
    expect(await readdir(folder)).toEqual(["a.steer.json"]);
  });

  it("leaves a read-only file and its neighbours as they are", async () => {
    const folder = await scratchFolder();
    const file = join(folder, "steer.ts");
    await writeFile(file, "old");
    await chmod(file, 0o444);
    await failure(
      exportCode(largeProject, largeConfig, "typescript", file, unhurried),
      "file-unwritable",
      "steer.ts is read-only",
      "choose another name",
    );
    expect(await readdir(folder)).toEqual(["steer.ts"]);
    expect(await readFile(file, "utf8")).toBe("old");
  });

  it("puts back what lay beside code that could not be written", async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, "steer.ts"));
    await writeFile(join(folder, "steer.safetensors"), "old");
    await failure(
      exportCode(largeProject, largeConfig, "typescript", join(folder, "steer.ts"), unhurried),
      "file-unwritable",
      "steer.ts",
    );
    expect(await readFile(join(folder, "steer.safetensors"), "utf8")).toBe("old");
    expect((await readdir(folder)).sort()).toEqual(["steer.safetensors", "steer.ts"]);
  });

  it("makes no folder where a file is in the way", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "a"), "");
    await failure(exportCode(project, config, "json", join(folder, "a", "b.json"), unhurried), "file-unwritable");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it.each(EXPORT_LANGUAGES.filter((language) => language !== "python" || python !== null))(
    "writes nothing of %s when it is cancelled",
    async (language) => {
      const folder = await scratchFolder();
      let turns = 0;
      const pace = async () => {
        if (++turns > 3) throw new RecPrismError("cancelled", "Cancelled.");
      };
      await failure(exportCode(project, config, language, join(folder, "sub", "x"), pace), "cancelled");
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it("refuses a name that says CommonJS, which the code is not", async () => {
    await failure(generateCode(context, config, "typescript", "steer.cjs"), "settings-invalid", "ES module", ".mjs");
  });

  it.each(["", "a/b.py", "..", "a\\b.py"])("refuses %j as the name of a file", async (name) => {
    await failure(generateCode(context, config, "python", name), "settings-invalid", "no name of a file");
  });
});

describe("verification", () => {
  const questions = questionsOf(context, rules);

  /** The preview's answers, one of which is changed. */
  function runWith(change: (answer: { list: number[]; scores: number[]; sampleScores: number[] }) => void): CodeRun {
    return async function* (asked) {
      const catalogue = new SteeredCatalogue(context, rules);
      for (const [place, user] of asked.users.entries()) {
        const { scores, hidden } = await catalogue.scores(user);
        const answer = answerOf(asked, user, scores, hidden);
        const copy = {
          list: Array.from(answer.list),
          scores: Array.from(answer.scores),
          sampleScores: Array.from(answer.sampleScores),
        };
        if (place === 7) change(copy);
        yield copy;
      }
    };
  }
  const verify = (run: CodeRun) => verifiedCode("Python", run, questions, unhurried);

  it("passes what rounding leaves", async () => {
    const rounded = await verify(runWith(({ scores }) => (scores[3] += 9e-6)));
    expect(rounded).toMatchObject({ passed: true, users: 40, identical: 40 });
    expect(rounded.largestDifference).toBeCloseTo(9e-6, 12);
    expect((await verify(runWith(() => {}))).message).toBe(
      "The generated Python gave the preview's top 30 for 40 users; scores are the same.",
    );
  });

  it("names the user and the item of a list that differs", async () => {
    const user = context.dataset.users.ids.at(questions.users[7]);
    await failure(
      verify(runWith(({ list }) => ([list[4], list[5]] = [list[5], list[4]]))),
      "export-differs",
      `for user ${user}`,
      "at rank 5",
      "item i",
      "Nothing was written",
    );
    await failure(
      verify(runWith(({ list }) => list.pop())),
      "export-differs",
      "at rank 30 it has nothing in place of item",
    );
    await failure(
      verify(runWith(({ list }) => list.push(59))),
      "export-differs",
      "at rank 31 it has item i59 in place of nothing",
    );
  });

  it("names the user and the item of a score that differs, listed or not", async () => {
    await failure(verify(runWith(({ scores }) => (scores[2] += 0.01))), "export-differs", "the score of item i");
    await failure(
      verify(runWith(({ sampleScores }) => (sampleScores[11] = Number.NaN))),
      "export-differs",
      "the score of item i11 is NaN",
    );
  });

  it("is not content with fewer answers than questions", async () => {
    const silent: CodeRun = async function* () {};
    await failure(verify(silent), "export-differs", "answered for 0 of 40 users");
  });

  it("asks about members and others of every rule, at most fifty users", () => {
    const many = randomContext(5, { users: 2000, items: 20, dimensions: 4, latents: 6 });
    const few = Uint32Array.of(3, 1999);
    const crowd = Uint32Array.from({ length: 1990 }, (_, user) => user);
    const of = (members: Uint32Array) => ({ ...rules[0], members });
    const { users, sample } = questionsOf(many, [of(few), of(crowd)]);
    expect(users).toHaveLength(MOST_USERS);
    expect(users).toEqual(expect.arrayContaining([3, 1999]));
    expect(users.filter((user) => !holds(crowd, user)).length).toBeGreaterThan(5);
    expect(new Set(users).size).toBe(MOST_USERS);
    expect(Array.from(sample)).toEqual(Array.from({ length: 20 }, (_, item) => item));
    expect(questionsOf(many, [of(few), of(crowd)]).users).toEqual(users);
  });
});
