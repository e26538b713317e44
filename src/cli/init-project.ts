/** `recprism init` and `recprism sample`: where projects come from. */
import type { Proposal, ProposalOverrides } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { log, print, withEngine } from "./context";
import { table } from "./table";

interface InitOptions {
  json: boolean;
  choose: string[];
  replace: boolean;
}

export async function initProject(folder: string, options: InitOptions): Promise<void> {
  await withEngine(async (engine) => {
    const proposal = await engine.propose(folder, overridesOf(options.choose));
    if (!options.json) log(choices(proposal));
    for (const note of proposal.notes) log(`note: ${note}`);
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

function choices(proposal: Proposal): string {
  return table(proposal.choices, [
    { heading: "role", cell: ({ role }) => role },
    { heading: "chosen", cell: ({ chosen }) => chosen ?? "(none)" },
    { heading: "", cell: ({ detail }) => detail },
  ]);
}
