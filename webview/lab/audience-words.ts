/** Audiences in words, and the ways there are to choose one. */
import type { Audience, Strongest } from "../../src/protocol/steering";
import { count } from "../components/number-format";
import { neuronsName } from "./edit-groups";

/** How an audience is chosen: one user and several are the same kind with different fields. */
export type AudienceForm = "user" | "users" | "everyone" | "sql" | "neuron" | "history" | "random";

export const AUDIENCE_FORMS: readonly { form: AudienceForm; name: string }[] = [
  { form: "everyone", name: "Everyone" },
  { form: "user", name: "One user" },
  { form: "users", name: "List of ids" },
  { form: "sql", name: "SQL condition" },
  { form: "neuron", name: "By neuron" },
  { form: "history", name: "By history" },
  { form: "random", name: "Random sample" },
];

export function formOf(audience: Audience): AudienceForm {
  if (audience.kind !== "users") return audience.kind;
  return audience.users.length === 1 ? "user" : "users";
}

/** `the top 20 of Horror`, `age < 18`, `everyone`. */
export function audienceName(audience: Audience): string {
  switch (audience.kind) {
    case "everyone":
      return "everyone";
    case "users":
      return audience.users.length === 1 ? `user ${audience.users[0]}` : `${count(audience.users.length)} users by id`;
    case "sql":
      return audience.where;
    case "neuron":
      return `${strongestName(audience.top)} of ${neuronsName(audience.label, [audience.neuron])}`;
    case "history":
      return audience.top === undefined
        ? `users with at least ${Math.round(100 * (audience.atLeast ?? 0))}% ${audience.tag}`
        : `${strongestName(audience.top)} by share of ${audience.tag}`;
    case "random":
      return `${count(audience.count)} users at random`;
  }
}

function strongestName(top: Strongest): string {
  return "count" in top ? `the top ${count(top.count)}` : `the top ${Number((100 * top.share).toPrecision(3))}%`;
}

/** Ids as they are pasted: on lines, or between commas, semicolons or tabs; between spaces where there is nothing else. */
export function pastedIds(text: string): string[] {
  const parts = text.split(/[\n\r,;\t]+/);
  const ids = (parts.length === 1 ? text.split(/\s+/) : parts).map((id) => id.trim().replace(/^(["'])(.*)\1$/, "$2"));
  return [...new Set(ids)].filter((id) => id !== "");
}
