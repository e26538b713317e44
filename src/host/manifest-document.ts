/** Which documents are manifests, and places in them. */
import { basename } from "node:path";
import { type DocumentFilter, Range, type TextDocument } from "vscode";
import type { Span } from "./manifest-tree";
import { MANIFEST_NAME } from "./workspace-project";

export const MANIFEST_SELECTOR: DocumentFilter = { scheme: "file", pattern: `**/${MANIFEST_NAME}` };

export function isManifest({ uri, isClosed }: TextDocument): boolean {
  return !isClosed && uri.scheme === "file" && basename(uri.fsPath) === MANIFEST_NAME;
}

export function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}
