/** Entry of a job process: runs one job for the engine that forked it. */
import { createBirpc } from "birpc";
import { onRuntimeNotice } from "../graph/runtime-notice";
import { answered } from "../protocol/answer";
import { runJob } from "./job-spec";
import type { JobProcess, JobProcessEvents } from "./jobs";

let cancelled = false;

const rpc = createBirpc<JobProcessEvents, JobProcess>(
  {
    run: (job) =>
      answered(() =>
        runJob(job, {
          cancelled: () => cancelled,
          progress: (progress) => {
            rpc.progress(progress);
          },
        }),
      ),
    cancel: () => {
      cancelled = true;
    },
  },
  {
    post: (message) => process.send?.(message),
    on: (listener) => process.on("message", listener),
    eventNames: ["progress", "warning"],
    timeout: -1,
  },
);

onRuntimeNotice((notice) => {
  rpc.warning(notice);
});

// Ctrl-C in a terminal reaches every process of the group; the engine says what becomes of this one.
process.on("SIGINT", () => {});

// Without its engine nobody waits for the result.
process.on("disconnect", () => process.exit(0));
