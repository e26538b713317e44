/** In place of findings that are not there: why, and how to get them. */
import type { ErrorData } from "../../src/protocol/error";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";

interface NotMeasuredProps {
  host: Remote<LabHost>;
  /** `structure` */
  what: string;
  error: ErrorData;
  /** A job is at work: another one has to wait. */
  busy: boolean;
}

export function NotMeasured({ host, what, error, busy }: NotMeasuredProps) {
  if (error.reason !== "artifact-unmeasured")
    return <ErrorNote what={`The ${what} could not be shown`} error={error} />;
  return (
    <section class="empty" aria-label="Not measured yet">
      <p>
        The {what} of these neurons is not known yet: they were measured by an earlier version of RecPrism, or trained
        elsewhere. Measuring again adds it; weights, and what people said of neurons, stay as they are.
      </p>
      <vscode-button disabled={busy} onClick={() => host.measure()}>
        Measure Again
      </vscode-button>
    </section>
  );
}
