/** The remembered runs of the open project, asked for anew whenever a job has ended. */
import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { Job, ProjectSummary } from "../../src/protocol/engine";
import type { RunRecord } from "../../src/protocol/run";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";

/** Newest first; null until they are here. What is shown stays until newer runs are. */
export function useRuns(host: Remote<LabHost>, project: ProjectSummary, job: Job | null): Answer<RunRecord[]> | null {
  const [runs, setRuns] = useState<{ project: string; answer: Answer<RunRecord[]> } | null>(null);
  const ended = job === null || job.state === "running" ? null : job.id;
  useEffect(() => {
    let wanted = true;
    asked(host.runs()).then((answer) => {
      if (wanted) setRuns({ project: project.id, answer: newestFirst(answer) });
    });
    return () => {
      wanted = false;
    };
  }, [host, project.id, ended]);
  return runs?.project === project.id ? runs.answer : null;
}

function newestFirst(answer: Answer<RunRecord[]>): Answer<RunRecord[]> {
  return answer.ok ? { ok: true, value: answer.value.toReversed() } : answer;
}
