/** The host's state: what opening, jobs, crashes and edits make of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emptyRecipe, Session } from "../../src/host/session";
import type { Engine, OpenOptions, ProjectSummary } from "../../src/protocol/engine";
import { RecPrismError } from "../../src/protocol/error";
import type { Recipe } from "../../src/protocol/steering";
import { job, project } from "./examples";

const LESS_HORROR: Recipe = { ...emptyRecipe(), name: "Less horror", edits: [{ neuron: 13, operation: "suppress" }] };

/** A session over an engine that opens what `projects` holds, and its memory as a reload would find it. */
function session(
  projects: Record<string, ProjectSummary>,
  kept = new Map<string, unknown>(),
  restricted = () => false,
) {
  const opened: (OpenOptions | undefined)[] = [];
  const engine = {
    async openProject(path: string, options?: OpenOptions) {
      opened.push(options);
      if (projects[path] !== undefined) return projects[path];
      throw new RecPrismError("file-missing", `There is no ${path}.`, { file: path });
    },
  } as Engine;
  const memory = {
    get: <Value>(key: string) => kept.get(key) as Value | undefined,
    update: async (key: string, value: unknown) => void kept.set(key, structuredClone(value)),
  };
  return { session: new Session(engine, memory, restricted), kept, opened };
}

const retrained = () => project({ sae: { ...project().sae!, hash: "hash-2" } });

describe("opening a project", () => {
  it("shows it, busy meanwhile, and remembers it for the next reload", async () => {
    const { session: state, kept } = session({ "/films": project() });
    const seen: (string | null)[] = [];
    state.onChanged(({ busy }) => seen.push(busy));
    await state.open("/films");
    expect(seen[0]).toBe("Opening films…");
    expect(state.state).toMatchObject({ project: { name: "films" }, busy: null, error: null });
    expect(session({}, kept).session.lastProject).toBe("/films/recprism.json");
  });

  it("that fails is thrown and shown, and leaves the project of before open", async () => {
    const { session: state } = session({ "/films": project() });
    await state.open("/films");
    await expect(state.open("/songs")).rejects.toMatchObject({ reason: "file-missing" });
    expect(state.state).toMatchObject({ project: { name: "films" }, busy: null, error: { reason: "file-missing" } });
    await state.open("/films");
    expect(state.state.error).toBeNull();
  });

  it("that failed is known by what was asked for, until one succeeds", async () => {
    const { session: state } = session({ "/films": project() });
    await expect(state.open("/songs/recprism.json")).rejects.toThrow();
    expect(state.faulty).toBe("/songs/recprism.json");
    await state.open("/films");
    expect(state.faulty).toBeNull();
  });

  it("is decided by the last of two requests, whichever ends first", async () => {
    let endSlow: (opened: ProjectSummary) => void = () => {};
    const slow = new Promise<ProjectSummary>((resolve) => {
      endSlow = resolve;
    });
    const engine = { openProject: (path: string) => (path === "/slow" ? slow : Promise.resolve(project())) } as Engine;
    const state = new Session(engine, { get: () => undefined, update: async () => {} }, () => false);
    const first = state.open("/slow");
    await state.open("/films");
    endSlow(project({ id: "/slow", name: "slow" }));
    await first;
    expect(state.state.project?.name).toBe("films");
  });

  it("tells the engine whether the workspace is trusted, anew every time", async () => {
    let restricted = true;
    const { session: state, opened } = session({ "/films": project() }, new Map(), () => restricted);
    await state.open("/films");
    restricted = false;
    await state.open("/films");
    expect(opened).toEqual([{ restricted: true }, { restricted: false }]);
  });

  it("is asked for by an error where a project is needed", () => {
    expect(() => session({}).session.project).toThrow("Open Embeddings");
  });

  it("again keeps the selected neuron while the SAE is the same, and drops it with another", async () => {
    const projects = { "/films": project() };
    const { session: state } = session(projects);
    await state.open("/films");
    state.select(13);
    await state.open("/films");
    expect(state.state.neuron).toBe(13);
    projects["/films"] = retrained();
    await state.open("/films");
    expect(state.state.neuron).toBeNull();
  });
});

describe("names and comparisons", () => {
  it("of the same SAE stay, and those of another are dropped", async () => {
    const projects = { "/films": project() };
    const { session: state } = session(projects);
    await state.open("/films");
    state.compare([3, 5, 3]);
    expect(state.state.compared).toEqual([3, 5]);
    await state.open("/films");
    expect(state.state.compared).toEqual([3, 5]);
    projects["/films"] = retrained();
    await state.open("/films");
    expect(state.state.compared).toEqual([]);
  });

  it("need two neurons to compare", () => {
    const { session: state } = session({});
    state.compare([3, 5]);
    state.compare([3]);
    expect(state.state.compared).toEqual([]);
  });

  it("are told anew when somebody said something, and when the project was read anew", async () => {
    const { session: state } = session({ "/films": project() });
    await state.open("/films");
    const { labelsVersion } = state.state;
    state.labelsChanged();
    expect(state.state.labelsVersion).toBeGreaterThan(labelsVersion);
    const afterwards = state.state.labelsVersion;
    await state.open("/films");
    expect(state.state.labelsVersion).toBeGreaterThan(afterwards);
  });

  it("ask for a tab of the Lab as often as it is asked for", async () => {
    const { session: state } = session({});
    state.showTab("audit");
    expect(state.state.tab).toEqual({ name: "audit", asked: expect.any(Number) });
  });
});

describe("saved filters", () => {
  it("belong to their project, outlive a reload, and are listed by name", async () => {
    const songs = project({ id: "/songs", name: "songs", manifestPath: "/songs/recprism.json" });
    const { session: state, kept } = session({ "/films": project(), "/songs": songs });
    await state.open("/films");
    await state.keepFilter({ name: "sure", search: "confidence:high" });
    await state.keepFilter({ name: "Horror", search: "label:horror" });
    await state.open("/songs");
    expect(state.filters).toEqual([]);
    const reloaded = session({ "/films": project() }, kept).session;
    await reloaded.open("/films");
    expect(reloaded.filters).toEqual([
      { name: "Horror", search: "label:horror" },
      { name: "sure", search: "confidence:high" },
    ]);
  });

  it("of one name replace each other, and can be removed", async () => {
    const { session: state } = session({ "/films": project() });
    await state.open("/films");
    await state.keepFilter({ name: "sure", search: "confidence:high" });
    await state.keepFilter({ name: "sure", search: "confidence>=medium" });
    expect(state.filters).toEqual([{ name: "sure", search: "confidence>=medium" }]);
    await state.removeFilter("sure");
    expect(state.filters).toEqual([]);
  });

  it("are none, and cannot be kept, without a project", async () => {
    const { session: state } = session({});
    expect(state.filters).toEqual([]);
    await expect(state.keepFilter({ name: "x", search: "" })).rejects.toMatchObject({ reason: "not-found" });
  });
});

describe("named audiences", () => {
  const young = { name: "Young", audience: { kind: "sql", where: "age < 18" } } as const;
  const fans = { name: "Fans", audience: { kind: "neuron", neuron: 13, top: { count: 20 } } } as const;

  it("belong to their project, outlive a reload, replace each other by name, and can be forgotten", async () => {
    const { session: state, kept } = session({ "/films": project() });
    await state.open("/films");
    await state.keepAudience({ name: "Young", audience: { kind: "everyone" } });
    await state.keepAudience(young);
    await state.keepAudience(fans);
    const reloaded = session({ "/films": project() }, kept).session;
    await reloaded.open("/films");
    expect(reloaded.audiences).toEqual([fans, young]);
    await reloaded.forgetAudience("Fans");
    expect(reloaded.audiences).toEqual([young]);
  });

  it("by a neuron are not offered for another SAE, whose neurons mean other things", async () => {
    const projects = { "/films": project() };
    const { session: state } = session(projects);
    await state.open("/films");
    await state.keepAudience(young);
    await state.keepAudience(fans);
    projects["/films"] = retrained();
    await state.open("/films");
    expect(state.audiences).toEqual([young]);
    projects["/films"] = project();
    await state.open("/films");
    expect(state.audiences).toEqual([fans, young]);
  });

  it("are none, and cannot be kept, without a project", async () => {
    const { session: state } = session({});
    expect(state.audiences).toEqual([]);
    await expect(state.keepAudience(young)).rejects.toMatchObject({ reason: "not-found" });
  });
});

describe("a project of which files change", () => {
  const stale = {
    remedy: "train",
    title: "Embeddings changed since training",
    changes: ["items.npy changed."],
  } as const;
  const marked = { ...stale, changes: [...stale.changes] };

  it("is marked stale with all it has, once for every change", async () => {
    const { session: state } = session({ "/films": project() });
    await state.open("/films");
    state.select(13);
    let told = 0;
    state.onChanged(() => told++);
    state.markStale("/films", marked);
    state.markStale("/films", { ...marked });
    expect(told).toBe(1);
    expect(state.state).toMatchObject({ neuron: 13, error: null, project: { stale: marked, sae: { hash: "hash-1" } } });
    state.markStale("/films", null);
    expect(state.state.project?.stale).toBeNull();
  });

  it("is not marked for what was found of another", async () => {
    const { session: state } = session({ "/films": project() });
    await state.open("/films");
    state.markStale("/songs", marked);
    expect(state.state.project?.stale).toBeNull();
  });
});

describe("the recipe", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("outlives a reload, once it rests", async () => {
    const { session: state, kept } = session({ "/films": project() });
    await state.open("/films");
    state.changeRecipe(LESS_HORROR);
    await vi.runAllTimersAsync();
    const reloaded = session({ "/films": project() }, kept).session;
    await reloaded.open("/films");
    expect(reloaded.recipe).toEqual(LESS_HORROR);
  });

  it("is kept at once when the session ends", async () => {
    const { session: state, kept } = session({ "/films": project() });
    await state.open("/films");
    state.changeRecipe(LESS_HORROR);
    state.dispose();
    const reloaded = session({ "/films": project() }, kept).session;
    await reloaded.open("/films");
    expect(reloaded.recipe).toEqual(LESS_HORROR);
  });

  it("is empty for another SAE, whose neurons mean other things, and the Lab is told", async () => {
    const projects = { "/films": project() };
    const { session: state } = session(projects);
    await state.open("/films");
    state.changeRecipe(LESS_HORROR);
    await vi.runAllTimersAsync();
    const told: Recipe[] = [];
    state.onRecipeReplaced((recipe) => told.push(recipe));
    projects["/films"] = retrained();
    await state.open("/films");
    expect(state.recipe).toEqual(emptyRecipe());
    expect(told).toEqual([emptyRecipe()]);
  });

  it("kept before there were audiences, item edits and filters is completed; what is none is dropped", async () => {
    const { session: state, kept } = session({ "/films": project() });
    const { name, mode, edits } = LESS_HORROR;
    kept.set("recipe:/films", { sae: "hash-1", recipe: { name, mode, edits } });
    await state.open("/films");
    expect(state.recipe).toEqual(LESS_HORROR);
    kept.set("recipe:/films", { sae: "hash-1", recipe: { name, edits: "many" } });
    const reloaded = session({ "/films": project() }, kept).session;
    await reloaded.open("/films");
    expect(reloaded.recipe).toEqual(emptyRecipe());
  });

  it("from elsewhere replaces the Lab's, which is told, and is kept", async () => {
    const { session: state, kept } = session({ "/films": project() });
    await state.open("/films");
    const told: Recipe[] = [];
    state.onRecipeReplaced((recipe) => told.push(recipe));
    state.replaceRecipe(LESS_HORROR);
    expect(told).toEqual([LESS_HORROR]);
    await vi.runAllTimersAsync();
    const reloaded = session({ "/films": project() }, kept).session;
    await reloaded.open("/films");
    expect(reloaded.recipe).toEqual(LESS_HORROR);
  });

  it("of one project does not reach another", async () => {
    const songs = project({ id: "/songs", name: "songs", manifestPath: "/songs/recprism.json" });
    const { session: state } = session({ "/films": project(), "/songs": songs });
    await state.open("/films");
    state.changeRecipe(LESS_HORROR);
    await state.open("/songs");
    expect(state.recipe).toEqual(emptyRecipe());
    await state.open("/films");
    expect(state.recipe).toEqual(LESS_HORROR);
  });
});

describe("a job", () => {
  it("is shown as it goes on", () => {
    const { session: state } = session({});
    state.jobChanged(job());
    state.jobChanged(job({ state: "done", artifact: "/films/sae" }));
    expect(state.state.job).toMatchObject({ state: "done", artifact: "/films/sae" });
  });

  it("that runs when the engine stops has failed", () => {
    const { session: state } = session({});
    state.jobChanged(job());
    state.engineStopped({ reason: "engine-stopped", message: "gone", where: {} });
    expect(state.state).toMatchObject({
      job: { state: "failed", error: { reason: "engine-stopped" } },
      error: { message: "gone" },
    });
  });

  it("lost with the engine is no fault of the engine that starts next", () => {
    const { session: state } = session({});
    state.engineStopped({ reason: "engine-stopped", message: "gone", where: {} });
    state.engineStarted();
    expect(state.state.error).toBeNull();
  });

  it("that had ended before the engine stopped stays as it ended", () => {
    const { session: state } = session({});
    state.jobChanged(job({ state: "done", artifact: "/films/sae" }));
    state.engineStopped({ reason: "engine-stopped", message: "gone", where: {} });
    expect(state.state.job).toMatchObject({ state: "done", error: null });
  });
});
