/** Which row of the embeddings is which item and which user, as Markdown. */
import type { ProjectSummary, RowIdentity } from "../protocol/engine";
import { tableName } from "../protocol/manifest";
import { plainText as plain } from "./markdown-text";

export function identityMarkdown({ name, manifest, identity, warnings, fixes }: ProjectSummary): string {
  const { items, users, interactions } = manifest;
  const pairs = interactions === undefined ? "" : tableName(interactions.table);
  const named = (table: typeof items.table) => (table === undefined ? "" : tableName(table));
  const remedies = fixes.length === 0 ? "" : `\n\nLikely remedy: ${fixes.map(({ title }) => plain(title)).join("; ")}.`;
  return [
    `# ${plain(name)}: which row is which`,
    ...(warnings.length === 0
      ? ["Nothing is in doubt."]
      : [`## Worth checking\n\n${warnings.map((warning) => `- ${plain(warning)}`).join("\n")}${remedies}`]),
    sideText("Items", "Title", identity.items, named(items.table), pairs),
    sideText("Users", "Attributes", identity.users, named(users.table), pairs),
  ]
    .join("\n\n")
    .concat("\n");
}

function sideText(
  side: string,
  titled: string,
  { rule, rows, inTable, inInteractions, unknownIds, samples }: RowIdentity,
  table: string,
  interactions: string,
): string {
  const counts = [
    ["Rows", rows] as const,
    ...(inTable === null ? [] : [[`Rows with a line in ${table}`, inTable] as const]),
    ...(inInteractions === null ? [] : [[`Rows with a line in ${interactions}`, inInteractions] as const]),
    ...(unknownIds === null ? [] : [[`Ids in ${interactions} that name no row`, unknownIds] as const]),
  ];
  const examples = samples.map(({ row, id, title }) => `| ${whole(row)} | ${plain(id)} | ${plain(title ?? "")} |`);
  return [
    `## ${side}`,
    `${plain(rule[0].toUpperCase() + rule.slice(1))}.`,
    ["| Counted | |", "|---|---:|", ...counts.map(([what, count]) => `| ${plain(what)} | ${whole(count)} |`)].join(
      "\n",
    ),
    [`| Row | Id | ${titled} |`, "|---:|---|---|", ...examples].join("\n"),
  ].join("\n\n");
}

function whole(count: number): string {
  return count.toLocaleString("en");
}
