/** The settings that a run would get, asked of the engine with every change of what is typed. */
import { useEffect, useState } from "preact/hooks";
import type { ProjectSummary, RunSettings } from "../../src/protocol/engine";
import type { ErrorData } from "../../src/protocol/error";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { latestWins } from "../components/latest-wins";
import { askedOf, isEmpty, type TrainDraft } from "./train-draft";

interface Resolved {
  run: RunSettings;
  /** Why what is typed makes no sense; `run` is then what was asked for before. */
  error: ErrorData | null;
}

export function useRunSettings(host: Remote<LabHost>, project: ProjectSummary, draft: TrainDraft): Resolved {
  const [resolved, setResolved] = useState<Resolved | null>(null);
  const [ask] = useState(() =>
    latestWins(
      (wanted: TrainDraft) => asked(host.trainSettings(askedOf(wanted))),
      (answer) =>
        setResolved((before) =>
          answer.ok
            ? { run: answer.value, error: null }
            : { run: before?.run ?? { preset: project.preset, settings: project.settings }, error: answer.error },
        ),
    ),
  );
  const untouched = isEmpty(draft);
  useEffect(() => {
    if (!untouched) ask(draft);
  }, [draft, project, untouched]);
  return resolved === null || untouched ? { run: project, error: null } : resolved;
}
