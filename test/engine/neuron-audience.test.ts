import { describe, expect, it } from "vitest";
import { allRows } from "../../src/data/matrix";
import { NeuronAudience } from "../../src/engine/neuron-audience";
import { randomDataset } from "../sae/fixtures";

const USERS = 200;
const dataset = (() => {
  const random = randomDataset(USERS, 20, 2);
  // Every other user is F; every fourth is an artist, nobody says more.
  const gender = Array.from({ length: USERS }, (_, user) => (user % 2 === 0 ? "F" : "M"));
  const occupation = gender.map((_, user) => (user % 4 === 0 ? "artist" : ""));
  return {
    ...random,
    users: {
      ...random.users,
      attributes: [
        { column: "gender", values: gender },
        { column: "occupation", values: occupation },
      ],
    },
  };
})();

const valuesOf = (audience: ReturnType<NeuronAudience["of"]>, column: string) =>
  audience.find((listed) => listed.column === column)!.values;

describe("a neuron's audience", () => {
  it("is what the tenth of the users that it is strongest on have in common, beside all users", () => {
    // Users 0, 4, 8, ... 60 and 1, 5, 9, 13: of the twenty strongest 16 are F and artists.
    const strong = [...Array.from({ length: 16 }, (_, k) => 4 * k), 1, 5, 9, 13];
    const activations = new Float32Array(USERS).fill(0.5);
    for (const user of strong) activations[user] = 2;
    const audience = new NeuronAudience(dataset, allRows(USERS)).of(activations);
    expect(valuesOf(audience, "gender")).toEqual([
      { value: "F", share: 0.8, baseRate: 0.5, users: 100 },
      { value: "M", share: 0.2, baseRate: 0.5, users: 100 },
    ]);
    expect(valuesOf(audience, "occupation")).toEqual([{ value: "artist", share: 0.8, baseRate: 0.25, users: 50 }]);
  });

  it("is of those that activate it, where they are less than a tenth, and of all that tie", () => {
    const audience = new NeuronAudience(dataset, allRows(USERS));
    const few = new Float32Array(USERS);
    few[2] = few[6] = few[7] = 1;
    expect(valuesOf(audience.of(few), "gender")[0]).toMatchObject({ value: "F", share: 2 / 3 });
    expect(valuesOf(audience.of(new Float32Array(USERS).fill(1)), "gender")[0].share).toBe(0.5);
    expect(audience.of(new Float32Array(USERS))).toEqual([]);
  });

  it("is of the users measured", () => {
    const measured = Uint32Array.from({ length: 40 }, (_, k) => 3 * k);
    const audience = new NeuronAudience(dataset, measured);
    const activations = Float32Array.from({ length: 40 }, (_, place) => place + 1);
    // The strongest four are users 108, 111, 114 and 117, of which 108 is an artist.
    const [artists] = valuesOf(audience.of(activations), "occupation");
    expect(artists).toEqual({ value: "artist", share: 1 / 4, baseRate: 10 / 40, users: 10 });
    expect(audience.topUsers(activations, 2)).toEqual([
      { id: "u117", detail: "M; 6 interactions", activation: 40 },
      { id: "u114", detail: "F; 6 interactions", activation: 39 },
    ]);
  });
});
