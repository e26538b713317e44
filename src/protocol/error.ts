/** What can go wrong, in a form that crosses process borders: `reason` is for code, `message` for people (found, where, remedy). */

export type ErrorReason =
  | "file-missing"
  | "file-unreadable"
  | "file-truncated"
  | "file-changed"
  | "file-format"
  | "dtype-unsupported"
  | "value-not-finite"
  | "row-count-mismatch"
  | "column-missing"
  | "id-unknown"
  | "id-duplicate"
  | "manifest-invalid"
  | "manifest-exists"
  | "settings-invalid"
  | "config-invalid"
  | "export-differs"
  | "query-invalid"
  | "label-invalid"
  | "answer-unreadable"
  | "model-unavailable"
  | "artifact-missing"
  | "artifact-invalid"
  | "artifact-stale"
  | "artifact-unmeasured"
  | "graph-invalid"
  | "head-invalid"
  | "training-diverged"
  | "disk-full"
  | "file-unwritable"
  | "cancelled"
  | "not-found"
  | "engine-stopped"
  | "workspace-restricted"
  | "internal";

/** Where the fault is: a file, and within it a row (0-based), a column or a key path. */
export interface ErrorPlace {
  file?: string;
  row?: number;
  column?: string;
  key?: string;
  /** A change of the manifest that would most likely put it right. */
  fix?: ManifestFix;
}

/** One key of the manifest and the value that it should have. */
export interface ManifestFix {
  /** `items.ids.first` */
  key: string;
  /** As JSON. */
  value: unknown;
  /** For people: `Set items.ids.first to 1`. */
  title: string;
}

export function manifestFix(key: string, value: unknown): ManifestFix {
  return { key, value, title: `Set ${key} to ${typeof value === "object" ? JSON.stringify(value) : value}` };
}

export interface ErrorData {
  reason: ErrorReason;
  message: string;
  where: ErrorPlace;
}

export class RecPrismError extends Error {
  override readonly name = "RecPrismError";

  constructor(
    readonly reason: ErrorReason,
    message: string,
    readonly where: ErrorPlace = {},
  ) {
    super(message);
  }
}

/** Turns anything thrown into plain data; what is not ours is `internal` and keeps its stack as the message's tail. */
export function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof RecPrismError) {
    return { reason: thrown.reason, message: thrown.message, where: thrown.where };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { reason: "internal", message: `RecPrism met a fault of its own: ${message}`, where: {} };
}

export function errorFromData(data: ErrorData): RecPrismError {
  return new RecPrismError(data.reason, data.message, data.where);
}
