/** Faults as a person meets them: a message with the remedy, a way to the file and to the log. */
import { isAbsolute, resolve } from "node:path";
import { commands, type LogOutputChannel, Uri, window } from "vscode";
import { errorData } from "../protocol/error";
import { applyFixes } from "./manifest-change";
import type { Session } from "./session";
import { MANIFEST_NAME } from "./workspace-project";
import { MANAGE_TRUST, manageTrust } from "./workspace-trust";

const SHOW_LOG = "Show Log";
const OPEN_FILE = "Open File";
/** What it would change, the message says. */
const FIX = `Fix ${MANIFEST_NAME}`;

/** Shows the fault and logs it, with its stack where it is one of our own. */
export async function showFault(thrown: unknown, log: LogOutputChannel, session: Session): Promise<void> {
  const { reason, message, where } = errorData(thrown);
  if (reason === "cancelled") return;
  log.error(`${reason}: ${message}`);
  if (reason === "internal" && thrown instanceof Error && thrown.stack) log.error(thrown.stack);
  const file = openable(where.file, session.state.project?.id);
  const { fix } = where;
  const { faulty } = session;
  const remedies = [
    ...(fix === undefined || faulty === null ? [] : [FIX]),
    ...(reason === "workspace-restricted" ? [MANAGE_TRUST] : file === null ? [] : [OPEN_FILE]),
  ];
  const picked = await window.showErrorMessage(message, ...remedies, SHOW_LOG);
  if (picked === SHOW_LOG) log.show();
  if (picked === FIX && fix !== undefined && faulty !== null) {
    await applyFixes(faulty, [fix], session).catch((another) => showFault(another, log, session));
  }
  if (picked === MANAGE_TRUST) await manageTrust();
  if (picked === OPEN_FILE && file !== null) await commands.executeCommand("vscode.open", Uri.file(file));
}

/** Only text files open usefully; a matrix would open as rubbish. */
function openable(file: string | undefined, folder: string | undefined): string | null {
  if (file === undefined || !/\.(json|csv|tsv)$/.test(file)) return null;
  if (isAbsolute(file)) return file;
  return folder === undefined ? null : resolve(folder, file);
}
