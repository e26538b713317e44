/** `recprism status`: what a project holds and which row is which, to be looked at before anything is trained. */
import type { ProjectSummary, RowIdentity } from "../protocol/engine";
import { type CommonOptions, type Context, print } from "./context";
import { printable } from "./table";

export async function showStatus({ project }: Context, options: CommonOptions): Promise<void> {
  const { name, users, items, dimensions, interactions, identity, warnings, fixes } = project;
  print(options, { name, users, items, dimensions, interactions, identity, warnings, fixes }, () => {
    const pairs = interactions === null ? "" : `, ${counted(interactions)} interactions`;
    const changes = fixes.map(({ title }) => `possible remedy: ${title}`);
    return [`${name}: ${dimensions} dimensions${pairs}`, identityText(project), ...changes].join("\n");
  });
}

/** How rows are named on both sides, in a few lines. */
export function identityText({ identity }: Pick<ProjectSummary, "identity">): string {
  return `${sideText("items", identity.items)}\n${sideText("users", identity.users)}`;
}

function sideText(side: string, { rule, rows, inTable, inInteractions, unknownIds, samples }: RowIdentity): string {
  const counts = [
    ...(inTable === null ? [] : [`${counted(inTable)} in the table`]),
    ...(inInteractions === null ? [] : [`${counted(inInteractions)} with interactions`]),
    ...(unknownIds ? [`${counted(unknownIds)} ids of interactions not among them`] : []),
  ];
  const lines = samples.map(({ row, id, title }) =>
    printable(`  row ${row} -> id ${id}${title === null ? "" : ` -> ${title}`}`),
  );
  return [`${counted(rows)} ${[side, ...counts].join(", ")}: ${rule}`, ...lines].join("\n");
}

function counted(count: number): string {
  return count.toLocaleString("en");
}
