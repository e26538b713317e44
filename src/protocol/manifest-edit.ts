/** Faults and changes of a JSON or YAML file that a person edits, by key. */
import type { ErrorReason } from "./error";

/** Keys from the top of a manifest to a value in it: `["items", "tags", 0, "column"]`. */
export type KeyPath = readonly (string | number)[];

/** Sets the value at a path, removes the key, or gives it another name. */
export type ManifestEdit =
  | { path: KeyPath; change: "set"; value: unknown }
  | { path: KeyPath; change: "remove" }
  | { path: KeyPath; change: "rename"; name: string };

export interface QuickFix {
  /** For people: `Use column "genres"`. */
  title: string;
  edits: ManifestEdit[];
}

export interface DocumentFault {
  /** Empty for the whole document. What is missing is named by the path that it would have. */
  path: KeyPath;
  /** Whether the key itself is at fault, or its value. */
  at: "key" | "value";
  severity: "error" | "warning";
  reason: ErrorReason;
  message: string;
  /** Likeliest first. */
  fixes: QuickFix[];
}
