/** Groups of users that a neuron may speak to. */
import { describe, expect, it } from "vitest";
import { audienceCandidates } from "../../src/concepts/audience";
import { labelNeurons } from "../../src/concepts/label";
import type { Users } from "../../src/data/dataset";
import { numberedIds } from "../../src/data/ids";
import { matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { flags, interactionsWith, itemsWith, neuronsFor } from "./planted";

const USERS = 600;
const random = seededRandom(4);
const ages = Array.from({ length: USERS }, () => String(15 + random.integer(60)));
const genders = Array.from({ length: USERS }, () => (random.uniform() < 0.4 ? "F" : "M"));

const users = (attributes: Users["attributes"]): Users => ({
  ids: numberedIds(USERS, 0),
  embeddings: matrix(USERS, 1),
  bias: null,
  attributes,
});
const people = users([
  { column: "age", values: ages },
  { column: "gender", values: genders },
]);

describe("groups of users", () => {
  it("are the values of attributes, and fifths of those that are numbers", () => {
    const groups = audienceCandidates(people, null);
    expect(groups.map(({ attribute, value }) => `${attribute}: ${value}`)).toEqual([
      "age: lowest fifth (under 27)",
      "age: second fifth (27 to 41)",
      "age: middle fifth (41 to 54)",
      "age: fourth fifth (54 to 64)",
      "age: highest fifth (from 64)",
      "gender: M",
      "gender: F",
    ]);
    expect(groups.at(-1)).toMatchObject({ key: "audience:gender:F", label: "Users with gender: F", kind: "audience" });
    expect([...groups.at(-1)!.bearers]).toEqual(genders.flatMap((gender, user) => (gender === "F" ? [user] : [])));
  });

  it("are the fifths with the fewest and the most interactions", () => {
    const interactions = interactionsWith(Array.from({ length: 100 }, (_, item) => item + 1));
    const groups = audienceCandidates({ ...users([]), ids: numberedIds(100, 0) }, interactions);
    expect(groups.map(({ key, bearers }) => [key, bearers.length])).toEqual([
      ["audience:activity:few", 20],
      ["audience:activity:many", 20],
    ]);
  });

  it("are none where nothing is known of users", () => {
    expect(audienceCandidates(users([]), null)).toEqual([]);
    expect(audienceCandidates(users([{ column: "city", values: ages.map(() => "") }]), null)).toEqual([]);
    expect(audienceCandidates(users([{ column: "name", values: ages.map((_, u) => `u${u}`) }]), null)).toEqual([]);
  });

  it("name a neuron that no concept of items does", () => {
    const audience = audienceCandidates(people, null);
    const women = audience.find(({ value }) => value === "F")!;
    const genre = Float64Array.from({ length: 400 }, (_, item) => Number(item % 5 === 0));
    const concepts = [
      {
        key: "tag:g:A",
        label: "A",
        kind: "tag" as const,
        bearers: Uint32Array.from(genre.keys()).filter((i) => genre[i] === 1),
        rows: 400,
      },
    ];
    const silent = new Uint8Array(400);
    const onItems = neuronsFor(random, [silent, genre, silent], 3, 400);
    const onUsers = neuronsFor(random, [flags(women), flags(women), new Uint8Array(USERS)], 3, USERS);
    const labels = labelNeurons({
      activations: onItems,
      live: new Uint8Array(3).fill(1),
      items: itemsWith(400),
      concepts,
      audience: { concepts: audience, activations: onUsers },
    });
    expect(labels.map(({ kind, label }) => [kind, label])).toEqual([
      ["audience", "Users with gender: F"],
      ["tag", "A"],
      ["unlabelled", expect.stringMatching(/^like /)],
    ]);
    expect(labels[0].evidence).toMatchObject({ of: "users", concept: "audience:gender:F" });
    expect(labels[0].evidence!.heldOutAuc).toBeGreaterThan(0.9);
  });
});
