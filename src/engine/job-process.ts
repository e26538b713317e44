/** Entry of a job process: runs one training job for the engine that forked it. */
import { createBirpc } from "birpc";
import { answered } from "../protocol/answer";
import type { JobProcess, JobProcessEvents } from "./jobs";
import { runTrainJob } from "./train-job";

let cancelled = false;

const rpc = createBirpc<JobProcessEvents, JobProcess>(
  {
    run: (job) =>
      answered(() =>
        runTrainJob(job, {
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
    eventNames: ["progress"],
    timeout: -1,
  },
);

// Ctrl-C in a terminal reaches every process of the group; the engine says what becomes of this one.
process.on("SIGINT", () => {});

// Without its engine nobody waits for the result.
process.on("disconnect", () => process.exit(0));
