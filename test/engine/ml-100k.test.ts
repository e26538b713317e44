/** Structure, audit and page on real people: MovieLens 100K tells gender, age and occupation of its users. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runRecommenderJob } from "../../src/engine/recommender-job";
import { createEngine } from "../../src/engine/service";
import { runTrainJob } from "../../src/engine/train-job";
import { failure, scratchFolder } from "../data/scratch";
import { hasMovieLens100k, MOVIELENS_100K, needsMovieLens100k } from "../data/shared-data";
import { watched } from "./small-project";

describe.skipIf(!hasMovieLens100k)(`MovieLens 100K${needsMovieLens100k}`, { timeout: 300_000 }, () => {
  it("has sensible structure and audit, and a page that tells them", async () => {
    const folder = await scratchFolder();
    const { engine, dispose } = createEngine({
      jobScript: "",
      events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
    });
    const proposal = await engine.propose([MOVIELENS_100K, join(MOVIELENS_100K, "u.data")], {
      interactions: "u.data",
      "item-embeddings": null,
      "user-embeddings": null,
    });
    const project = { ...proposal.withoutEmbeddings! };
    await runRecommenderJob(
      { kind: "recommender", folder: MOVIELENS_100K, project, settings: { kind: "mf", epochs: 5 }, out: folder },
      watched(),
    );
    const out = join(folder, "sae");
    const job = { kind: "train", manifestPath: folder, out, settings: { epochs: 3 }, restart: false } as const;
    await runTrainJob({ ...job, finish: false, trial: null }, watched());

    const { id } = await engine.openProject(folder);
    const structure = await engine.structure(id);
    const rows = await engine.neurons(id, {});
    const live = rows.rows.filter(({ kind }) => kind !== "dead").map(({ neuron }) => neuron);
    expect(structure.clusters.flatMap(({ neurons }) => neurons).sort((a, b) => a - b)).toEqual(live);
    expect(structure.tree.map(({ neuron }) => neuron)).toEqual(live);

    const audit = await engine.audit(id);
    const shown = audit.attributes.map((attribute) => [attribute.column, attribute.protected]);
    expect(shown).toEqual([
      ["age", true],
      ["gender", true],
      ["occupation", false],
    ]);
    const [age, gender] = audit.attributes;
    expect(gender.users).toBe(943);
    expect(gender.values.find(({ value }) => value === "F")!.share).toBeCloseTo(273 / 943, 12);
    expect(age.values.map(({ value }) => value)).toContain("25 to 34");
    const telling = audit.attributes.flatMap(({ neurons }) => neurons);
    expect(telling.length).toBeGreaterThan(0);
    for (const { auc, interval, q } of telling) {
      expect(auc).toBeGreaterThanOrEqual(0.6);
      expect(q).toBeLessThan(0.05);
      expect(interval[0]).toBeLessThan(auc);
      expect(interval[1]).toBeGreaterThan(auc);
    }
    for (const { neurons, ranking } of audit.attributes) {
      if (neurons.length === 0) expect(ranking).toBeNull();
      else expect(ranking!.change.value).toBeGreaterThan(0);
    }
    expect(audit.popularity!.neurons.length).toBeGreaterThan(0);

    const file = join(folder, "shared", "report.html");
    await engine.writeHtmlReport(id, file);
    const page = await readFile(file, "utf8");
    expect(page.match(/<li id="neuron-/g)).toHaveLength(rows.total);
    for (const heading of ["Measures", "Neurons", "Structure", "Audit", "What people said"]) {
      expect(page).toContain(`>${heading}</h2>`);
    }
    dispose();
    await failure(engine.writeHtmlReport("nowhere", file), "not-found");
  });
});
