/** A fault shown where it happened: what was found, where, and how to go on. */
import type { ErrorData, ErrorPlace } from "../../src/protocol/error";

interface ErrorNoteProps {
  error: ErrorData;
  /** What was being done: `Training failed`. */
  what?: string;
  retry?: () => void;
}

export function ErrorNote({ error, what, retry }: ErrorNoteProps) {
  const place = placeText(error.where);
  return (
    <div class="note error-note" role="alert">
      <p>
        <strong>{what ?? "Error"}: </strong>
        {error.message}
      </p>
      {place !== "" && <p class="quiet">{place}</p>}
      {retry !== undefined && (
        <vscode-button secondary onClick={retry}>
          Try again
        </vscode-button>
      )}
    </div>
  );
}

/** Row numbers are 0-based in code and 1-based for people. */
function placeText(where: ErrorPlace): string {
  return [
    where.file,
    where.row === undefined ? undefined : `row ${where.row + 1}`,
    where.column === undefined ? undefined : `column ${where.column}`,
    where.key === undefined ? undefined : `key ${where.key}`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}
