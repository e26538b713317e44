/** Users of the made-up recommender: what is known of them, what they like, and how audiences find them. */
import type { UserMatch } from "../../../src/protocol/effect";
import { RecPrismError } from "../../../src/protocol/error";
import type { Audience } from "../../../src/protocol/steering";
import { chance, GENRES, random } from "./film-catalogue";

export const USERS = 2000;
const AGES = [16, 21, 25, 35, 44, 50, 62];

interface FilmUser {
  id: string;
  gender: "F" | "M";
  age: number;
  interactions: number;
}

export function filmUser(id: string): FilmUser {
  const number = Number(id);
  return {
    id,
    gender: chance(number, 11) < 0.28 ? "F" : "M",
    age: AGES[Math.floor(chance(number, 12) * AGES.length)],
    interactions: 20 + (number % 90),
  };
}

export function userMatch(id: string): UserMatch {
  const { gender, age, interactions } = filmUser(id);
  return { id, detail: `${gender}, ${age}; ${interactions} interactions` };
}

/** One activation for each of the first twelve neurons. */
export function latentsOf(user: string, neurons = 12): number[] {
  const next = random(Number(user) + 100);
  return Array.from({ length: Math.min(12, neurons) }, () => Math.max(0, next() * 2.4 - 0.9));
}

export const USER_COLUMNS = [
  { name: "gender", type: "text", examples: ["F", "M"] },
  { name: "age", type: "number", examples: ["16", "21", "25", "35"] },
] as const;

const allIds = Array.from({ length: USERS }, (_, index) => String(index + 1));

/** Ids of an audience. */
export function audienceIds(audience: Audience, restricted: boolean): string[] {
  switch (audience.kind) {
    case "everyone":
      return allIds;
    case "users": {
      const unknown = audience.users.filter((id) => !allIds.includes(id));
      if (unknown.length === 0) return audience.users;
      throw new RecPrismError(
        "id-unknown",
        `There is no user ${unknown.slice(0, 3).join(", ")}. Ids go from 1 to ${USERS}.`,
      );
    }
    case "sql":
      if (restricted) {
        throw new RecPrismError(
          "workspace-restricted",
          "No SQL is run in a restricted workspace. Trust the workspace, or choose the audience in another way.",
        );
      }
      return allIds.filter((id) => meets(filmUser(id), audience.where));
    case "neuron":
      return strongest((id) => latentsOf(id)[audience.neuron % 12], audience.top);
    case "history": {
      const genre = GENRES.indexOf(audience.tag);
      const share = (id: string) => latentsOf(id)[genre] / 6;
      if (audience.top !== undefined) return strongest(share, audience.top);
      return allIds.filter((id) => share(id) >= (audience.atLeast ?? 0));
    }
    case "random":
      return allIds
        .toSorted((a, b) => chance(Number(a), audience.seed) - chance(Number(b), audience.seed))
        .slice(0, audience.count);
  }
}

function strongest(measure: (id: string) => number, top: { count: number } | { share: number }): string[] {
  const active = allIds.filter((id) => measure(id) > 0).sort((a, b) => measure(b) - measure(a));
  return active.slice(0, "count" in top ? top.count : Math.max(1, Math.round(top.share * USERS)));
}

/** `age < 25 AND gender = 'F'` and the like; anything else is no condition. */
function meets(user: FilmUser, where: string): boolean {
  return where.split(/\s+and\s+/i).every((term) => {
    const [, column, operator, value] = /^(age|gender)\s*(=|<|>)\s*'?(\w+)'?$/.exec(term.trim()) ?? [];
    if (column === undefined) {
      throw new RecPrismError("query-invalid", `Parser Error: syntax error at or near "${term.trim()}".`);
    }
    const own = user[column as "age" | "gender"];
    if (operator === "=") return String(own) === value;
    return operator === "<" ? Number(own) < Number(value) : Number(own) > Number(value);
  });
}
