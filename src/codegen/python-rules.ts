/** The rules of generated Python: types, and the constant that holds them. */
import type { Edit, Filter } from "../protocol/steering";
import type { CodeInput, CodeRule } from "./code-input";
import { pythonFloat, pythonString } from "./python-text";
import { itemsArray, type Sidecar, usersArray } from "./sidecar";
import { bracketed, commented, commentLines, commentText } from "./source-text";

export const PYTHON_RULE_TYPES = `class Edit(NamedTuple):
    """What becomes of a neuron: it is set to 0 (suppress), scaled, set, or added to."""

    neuron: int
    operation: str
    value: float


class Filter(NamedTuple):
    """Hides items that activate a neuron more than so much."""

    neuron: int
    above: float


class ItemEdits(NamedTuple):
    """Edits on some items, seen by the users of the rule alone."""

    item_ids: FrozenSet[str]
    edits: List[Edit]


class Rule(NamedTuple):
    """What is done for some users; user_ids is None for everyone."""

    user_ids: Optional[FrozenSet[str]]
    mode: str
    edits: List[Edit]
    items: List[ItemEdits]
    filters: List[Filter]`.split("\n");

export function pythonRules({ rules }: CodeInput, sidecar: Sidecar | null): string[] {
  if (rules.length === 0) return ["RULES: List[Rule] = []"];
  const blocks = rules.flatMap((rule, index) => ruleLines(rule, index, sidecar));
  // Black would give each id of a list a line of its own.
  const lines = ["RULES: List[Rule] = [", ...blocks, "]"];
  return blocks.some((line) => /frozenset\(\[$/.test(line)) ? ["# fmt: off", ...lines, "# fmt: on"] : lines;
}

function ruleLines(rule: CodeRule, index: number, sidecar: Sidecar | null): string[] {
  const { name, note, mode, users, edits, items, filters } = rule;
  const indent = "        ";
  return [
    ...(commentText(name) === "" ? [] : commentLines(name, "    # ")),
    ...(note === undefined ? [] : commentLines(note, "    # ")),
    "    Rule(",
    ...(users === null
      ? [`${indent}user_ids=None,`]
      : idLines("user_ids=", users, usersArray(sidecar, rule, index), "users", indent)),
    `${indent}mode="${mode}",`,
    ...listLines("edits", edits.flatMap(editLines("            ")), indent),
    ...listLines(
      "items",
      items.flatMap((entry, at) => [
        "            ItemEdits(",
        ...idLines("item_ids=", entry.ids, itemsArray(sidecar, rule, index, at), "items", "                "),
        ...listLines("edits", entry.edits.flatMap(editLines("                    ")), "                "),
        "            ),",
      ]),
      indent,
    ),
    ...listLines("filters", filters.flatMap(filterLines), indent),
    "    ),",
  ];
}

function idLines(
  key: string,
  ids: readonly string[],
  array: string | null,
  what: "users" | "items",
  indent: string,
): string[] {
  if (array === null) return bracketed(`${key}frozenset([`, ids.map(pythonString), "]),", indent);
  return [`${indent}${key}_ids("${array}"),  # ${ids.length.toLocaleString("en")} ${what}`];
}

function listLines(key: string, lines: string[], indent: string): string[] {
  return lines.length === 0 ? [`${indent}${key}=[],`] : [`${indent}${key}=[`, ...lines, `${indent}],`];
}

function editLines(indent: string): (edit: Edit) => string[] {
  return (edit) => {
    const value = edit.operation === "suppress" ? "0.0" : pythonFloat(edit.value);
    return commented(`${indent}Edit(${edit.neuron}, "${edit.operation}", ${value}),`, edit.label ?? "", "  # ");
  };
}

function filterLines({ neuron, above, label }: Filter): string[] {
  return commented(`            Filter(${neuron}, ${pythonFloat(above)}),`, label ?? "", "  # ");
}
