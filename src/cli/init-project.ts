/** `recprism init` and `recprism sample`: where projects come from. */
import type { PreviewRow, Proposal, ProposalOverrides } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { log, print, withEngine } from "./context";
import { table } from "./table";

interface InitOptions {
  json: boolean;
  choose: string[];
  replace: boolean;
}

export async function initProject(paths: string[], options: InitOptions): Promise<void> {
  await withEngine(async (engine) => {
    const proposal = await engine.propose(paths, overridesOf(options.choose));
    if (!options.json) log(choices(proposal));
    for (const row of options.json ? [] : proposal.preview) log(`${row.side}: ${firstValues(row)}`);
    for (const note of proposal.notes) log(`note: ${note}`);
    if (proposal.manifest === null && proposal.problems.length === 0 && proposal.withoutEmbeddings !== null) {
      throw new RecPrismError(
        "manifest-invalid",
        `There are interactions in ${proposal.folder} but no embeddings. Make them with "recprism recommender train".`,
      );
    }
    if (proposal.manifest === null || proposal.problems.length > 0) {
      throw new RecPrismError("manifest-invalid", `No project can be made yet.\n- ${proposal.problems.join("\n- ")}`);
    }
    const path = await engine.createProject(proposal.folder, proposal.manifest, options.replace);
    print(options, { path, manifest: proposal.manifest, notes: proposal.notes }, () => `Wrote ${path}`);
  });
}

export async function makeSample(folder: string, options: { json: boolean }): Promise<void> {
  await withEngine(async (engine) => {
    const path = await engine.createSample(folder);
    print(options, { path }, () => path);
  });
}

function overridesOf(choices: string[]): ProposalOverrides {
  return Object.fromEntries(
    choices.map((choice) => {
      const at = choice.indexOf("=");
      if (at < 1) {
        throw new RecPrismError("manifest-invalid", `--choose ${choice}: write role=value, or role= for none.`);
      }
      return [choice.slice(0, at), choice.slice(at + 1) || null];
    }),
  );
}

/** `row 0, id 1, Toy Story (1995), 0.12 -0.4 …` */
function firstValues({ row, id, title, values }: PreviewRow): string {
  const numbers = values.map((value) => Number(value.toPrecision(2))).join(" ");
  return [`row ${row}`, `id ${id}`, ...(title === null ? [] : [title]), `${numbers} …`].join(", ");
}

function choices(proposal: Proposal): string {
  return table(proposal.choices, [
    { heading: "role", cell: ({ role }) => role },
    { heading: "chosen", cell: ({ chosen }) => chosen ?? "(none)" },
    { heading: "", cell: ({ detail }) => detail },
  ]);
}
