/** Options of `recprism steer`: edits, audiences and limits as they are typed. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Audience, Edit, Filter, ItemEdits, ItemSelection, Limits, Strongest } from "../protocol/steering";
import { number, wholeNumber } from "./numbers";

export function addSteering(command: Command): Command {
  return command
    .option("--suppress <neuron>", "set a neuron to 0 (repeatable)", editOf("suppress"), [])
    .option("--scale <neuron=factor>", "multiply a neuron (repeatable)", editOf("scale"), [])
    .option("--set <neuron=value>", "set a neuron (repeatable)", editOf("set"), [])
    .option("--add <neuron=value>", "add to a neuron (repeatable)", editOf("add"), [])
    .option("--filter <neuron=threshold>", "hide items whose neuron is above (repeatable)", filterOf, [])
    .option(
      "--expose <items=neuron:value>",
      "add to a neuron of items: of ids separated by commas, or of tag:column:tag (repeatable)",
      exposureOf,
      [],
    )
    .option("--users <ids>", "for these users, separated by commas (default: for everyone)", usersOf)
    .option("--where <sql>", "for users whose line in the user table meets a condition", whereOf)
    .option("--top <neuron=n>", "for the n users, or n% of them, that a neuron is strongest in", topOf)
    .option(
      "--history <column:tag=n>",
      "for the n users, or n% of them, with most of a tag; >n for a least share",
      historyOf,
    )
    .option("--random <n>", "for n users drawn at random; n:seed for others", randomOf)
    .option("--limit <what=value>", "what it may cost: ndcg=1%, rbo=0.8, tolerance=0.02 (repeatable)", limitOf, {})
    .option("--measure [k]", "record the effect on lists of k items (default: 30)", wholeNumber)
    .option("--name <text>", "what the config is for")
    .option("--note <text>", "for readers")
    .addOption(
      new Option("--mode <mode>", "how the edit reaches the vector").choices(["delta", "reconstruct"]).default("delta"),
    )
    .option("--out <file>", "file to write, *.steer.json or *.steer.yaml (default: standard output)");
}

/** Reads `13` or `13=-1.5` as an edit. */
function editOf(operation: Edit["operation"]): (text: string, before: Edit[]) => Edit[] {
  return (text, before) => {
    if (operation === "suppress") {
      if (text.includes("=")) throw new InvalidArgumentError("It takes a neuron's number alone, for example 13.");
      return [...before, { neuron: wholeNumber(text), operation }];
    }
    const [neuron, value] = pairOf(text, "a neuron and a value, for example 13=-1.5");
    return [...before, { neuron: wholeNumber(neuron), operation, value: number(value) }];
  };
}

function filterOf(text: string, before: Filter[]): Filter[] {
  const [neuron, above] = pairOf(text, "a neuron and a threshold, for example 13=1.2");
  const threshold = number(above);
  if (threshold < 0) throw new InvalidArgumentError("No activation is below 0: the threshold is 0 or more.");
  return [...before, { neuron: wholeNumber(neuron), above: threshold }];
}

function exposureOf(text: string, before: ItemEdits[]): ItemEdits[] {
  const example = "items and what is added to a neuron of theirs, for example 1,27=13:4 or tag:genres:Horror=13:4";
  const [which, push] = pairOf(text, example);
  const [neuron, value, ...rest] = push.split(":");
  if (value === undefined || rest.length > 0) throw new InvalidArgumentError(`It takes ${example}.`);
  const edit: Edit = { neuron: wholeNumber(neuron), operation: "add", value: number(value) };
  return [...before, { items: selectionOf(which), edits: [edit] }];
}

function selectionOf(text: string): ItemSelection {
  if (!text.startsWith("tag:")) return { kind: "items", items: idsOf(text) };
  const [column, tag] = columnAndTag(text.slice("tag:".length));
  return { kind: "tag", column, tag };
}

function usersOf(text: string): Audience {
  return { kind: "users", users: idsOf(text) };
}

function whereOf(where: string): Audience {
  if (where.trim() === "") throw new InvalidArgumentError('It takes a condition, for example "age < 18".');
  return { kind: "sql", where };
}

function topOf(text: string): Audience {
  const [neuron, top] = pairOf(text, "a neuron and how many users, for example 13=20 or 13=5%");
  return { kind: "neuron", neuron: wholeNumber(neuron), top: strongestOf(top) };
}

function historyOf(text: string): Audience {
  const [which, much] = pairOf(text, "a tag and how many users, for example genres:Horror=20, =5% or =>0.3");
  const [column, tag] = columnAndTag(which);
  if (!much.startsWith(">")) return { kind: "history", column, tag, top: strongestOf(much) };
  return { kind: "history", column, tag, atLeast: shareOf(much.slice(1)) };
}

function randomOf(text: string): Audience {
  const [count, seed = "0", ...rest] = text.split(":");
  if (rest.length > 0)
    throw new InvalidArgumentError("It takes a number, and a seed after a colon, for example 100:7.");
  return { kind: "random", count: atLeastOne(count), seed: wholeNumber(seed) };
}

function strongestOf(text: string): Strongest {
  return text.endsWith("%") ? { share: shareOf(text) } : { count: atLeastOne(text) };
}

/** `5%` or `.05`, of all or less. */
function shareOf(text: string): number {
  const share = text.endsWith("%") ? number(text.slice(0, -1)) / 100 : number(text);
  if (share > 0 && share <= 1) return share;
  throw new InvalidArgumentError("A share is more than 0 and at most 1, or 100%.");
}

function atLeastOne(text: string): number {
  const count = wholeNumber(text);
  if (count === 0) throw new InvalidArgumentError("It must be 1 or more.");
  return count;
}

const LIMITS = { ndcg: "ndcgLoss", rbo: "rbo", tolerance: "tolerance" } as const;

function limitOf(text: string, before: Limits): Limits {
  const [what, value] = pairOf(text, "what is limited and its value, for example ndcg=1%");
  const key = Object.hasOwn(LIMITS, what) ? LIMITS[what as keyof typeof LIMITS] : undefined;
  if (key === undefined) throw new InvalidArgumentError("What can be limited is ndcg, rbo and tolerance.");
  const limit = value.endsWith("%") ? number(value.slice(0, -1)) / 100 : number(value);
  if (limit < 0 || limit > 1) throw new InvalidArgumentError("A limit is from 0 to 1, or to 100%.");
  return { ...before, [key]: limit };
}

/** What stands before and after the last equals sign: ids may have some of their own. */
function pairOf(text: string, example: string): [string, string] {
  const at = text.lastIndexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new InvalidArgumentError(`It takes ${example}.`);
}

function columnAndTag(text: string): [string, string] {
  const at = text.indexOf(":");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new InvalidArgumentError("A tag is named with its column, for example genres:Horror.");
}

function idsOf(text: string): string[] {
  const ids = text.split(",").map((id) => id.trim());
  if (ids.every((id) => id !== "")) return ids;
  throw new InvalidArgumentError("It takes ids, separated by commas.");
}
