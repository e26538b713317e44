/** The way from what a restricted workspace refuses to trusting it. */
import { commands } from "vscode";

/** Label of the button that leads there. */
export const MANAGE_TRUST = "Manage Workspace Trust";

export async function manageTrust(): Promise<void> {
  await commands.executeCommand("workbench.trust.manage");
}
