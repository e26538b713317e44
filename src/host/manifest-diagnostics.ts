/** Faults of a manifest, marked while it is being written. */
import { type LogOutputChannel, workspace } from "vscode";
import type { ManifestFault } from "../protocol/engine";
import { DocumentFaults } from "./document-faults";
import { isManifest, MANIFEST_SELECTOR } from "./manifest-document";
import { jsonTree, spanOf } from "./manifest-tree";
import type { Session } from "./session";

export function manifestDiagnostics(session: Session, log: LogOutputChannel): DocumentFaults<ManifestFault> {
  return new DocumentFaults<ManifestFault>(
    {
      selector: MANIFEST_SELECTOR,
      isOne: isManifest,
      check: ({ uri }, text) => session.engine.checkManifest(uri.fsPath, text, !workspace.isTrusted),
      place: (_, text, { path, at }) => spanOf(jsonTree(text), path, at),
      form: () => undefined,
    },
    session,
    log,
  );
}
