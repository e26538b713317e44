/** A choice of a proposal or of an addition, made from its candidates. */
import { window } from "vscode";
import type { ProposalChoice } from "../protocol/engine";
import { candidateRows } from "./proposal-rows";

/** The value picked, null for none, undefined when the person went back. */
export async function pickCandidate(
  choice: Pick<ProposalChoice, "name" | "chosen" | "detail" | "candidates" | "required">,
): Promise<string | null | undefined> {
  const rows = candidateRows(choice);
  const picked = await window.showQuickPick(rows, {
    title: choice.name,
    placeHolder: rows.length > 0 ? `Choose: ${choice.name}` : `Nothing found: ${choice.detail}`,
    ignoreFocusOut: true,
    matchOnDescription: true,
  });
  return picked?.value;
}
