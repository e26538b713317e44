/** The rules of generated TypeScript: types, and the constant that holds them. */
import type { Edit, Filter } from "../protocol/steering";
import type { CodeInput, CodeRule } from "./code-input";
import { itemsArray, type Sidecar, usersArray } from "./sidecar";
import { bracketed, commented, commentLines, commentText } from "./source-text";
import { typescriptNumber, typescriptString } from "./typescript-text";

export const TYPESCRIPT_RULE_TYPES = `‹/** What becomes of a neuron's activation z: 0 (suppress), value * z (scale), value (set), z + value (add). */
interface Edit {
  neuron: number;
  operation: "suppress" | "scale" | "set" | "add";
  value: number;
}›

‹/** Hides items that activate a neuron more than so much. */
interface Filter {
  neuron: number;
  above: number;
}›

‹type Mode = "delta" | "reconstruct";›

‹/** What is done for some users; \`userIds\` is null for everyone. */
interface Rule {
  userIds: ReadonlySet<string> | null;
  mode: Mode;
  edits: readonly Edit[];
  /** Seen by the users of the rule alone. */
  items: readonly { itemIds: ReadonlySet<string>; edits: readonly Edit[] }[];
  filters: readonly Filter[];
}›
`;

/**
 * The list of rules behind an opening such as `const RULES = `.
 *
 * @param sidecar gives long lists of ids by `ids`
 */
export function typescriptRules({ rules }: CodeInput, sidecar: Sidecar | null, opening: string, indent = ""): string[] {
  if (rules.length === 0) return [`${indent}${opening}[];`];
  const lines = rules.flatMap((rule, index) => ruleLines(rule, index, sidecar, `${indent}  `));
  return [`${indent}${opening}[`, ...lines, `${indent}];`];
}

function ruleLines(rule: CodeRule, index: number, sidecar: Sidecar | null, indent: string): string[] {
  const { name, note, mode, users, edits, items, filters } = rule;
  const inner = `${indent}  `;
  const deeper = `${inner}    `;
  return [
    ...(commentText(name) === "" ? [] : commentLines(name, `${indent}// `)),
    ...(note === undefined ? [] : commentLines(note, `${indent}// `)),
    `${indent}{`,
    ...(users === null
      ? [`${inner}userIds: null,`]
      : idLines("userIds", users, usersArray(sidecar, rule, index), "users", inner)),
    `${inner}mode: "${mode}",`,
    ...listLines("edits", edits.flatMap(editLines(`${inner}  `)), inner),
    ...listLines(
      "items",
      items.flatMap((entry, at) => [
        `${inner}  {`,
        ...idLines("itemIds", entry.ids, itemsArray(sidecar, rule, index, at), "items", deeper),
        ...listLines("edits", entry.edits.flatMap(editLines(`${deeper}  `)), deeper),
        `${inner}  },`,
      ]),
      inner,
    ),
    ...listLines("filters", filters.flatMap(filterLines(`${inner}  `)), inner),
    `${indent}},`,
  ];
}

function idLines(
  key: string,
  ids: readonly string[],
  array: string | null,
  what: "users" | "items",
  indent: string,
): string[] {
  if (array === null) return bracketed(`${key}: new Set([`, ids.map(typescriptString), "]),", indent, 2);
  return [`${indent}${key}: ids("${array}"), // ${ids.length.toLocaleString("en")} ${what}`];
}

function listLines(key: string, lines: string[], indent: string): string[] {
  return lines.length === 0 ? [`${indent}${key}: [],`] : [`${indent}${key}: [`, ...lines, `${indent}],`];
}

function editLines(indent: string): (edit: Edit) => string[] {
  return (edit) => {
    const value = edit.operation === "suppress" ? "0" : typescriptNumber(edit.value);
    const code = `${indent}{ neuron: ${edit.neuron}, operation: "${edit.operation}", value: ${value} },`;
    return commented(code, edit.label ?? "", " // ");
  };
}

function filterLines(indent: string): (filter: Filter) => string[] {
  return ({ neuron, above, label }) =>
    commented(`${indent}{ neuron: ${neuron}, above: ${typescriptNumber(above)} },`, label ?? "", " // ");
}
