/** Training jobs, each in a process of its own: a native run blocks its thread, and a crash must not take the engine along. */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createBirpc } from "birpc";
import { type Answer, unwrapped } from "../protocol/answer";
import type { Job, JobId, ProjectId, TrainProgress } from "../protocol/engine";
import { errorData, RecPrismError } from "../protocol/error";
import { hasCheckpoint } from "../sae/checkpoint";
import type { JobSpec } from "./job-spec";
import { type JobResult, NOT_STARTED } from "./train-job";

/** What a job process offers. */
export interface JobProcess {
  run(job: JobSpec): Promise<Answer<JobResult>>;
  cancel(): void;
}

/** What a job process tells. */
export interface JobProcessEvents {
  progress(progress: TrainProgress): void;
  /** Something that a person should know but that does not end the job. */
  warning(message: string): void;
}

/** A job that has not stopped training this long after it was asked to is killed. */
const CANCEL_GRACE_MILLISECONDS = 800;

interface RunningJob {
  job: Job;
  spec: JobSpec;
  child: ChildProcess | null;
  cancelAsked: boolean;
  cancel(): void;
}

export class Jobs {
  private readonly all = new Map<JobId, RunningJob>();

  /**
   * @param script bundled job process, `dist/job.js`
   * @param changed told of every change of a job
   * @param warn told what a job process warns of
   * @param finished awaited before a job that wrote an artifact is reported as over
   */
  constructor(
    private readonly script: string,
    private readonly changed: (job: Job) => void,
    private readonly warn: (message: string) => void,
    private readonly finished: (project: ProjectId, artifact: string) => Promise<void>,
  ) {}

  list(): Job[] {
    return [...this.all.values()].map(({ job }) => job);
  }

  /** @throws RecPrismError "settings-invalid" while another job writes the same folder */
  start(project: ProjectId, spec: JobSpec): JobId {
    for (const other of this.all.values()) {
      if (other.job.state === "running" && other.spec.out === spec.out) {
        throw new RecPrismError(
          "settings-invalid",
          `A job that writes ${spec.out} is already going on. Cancel it first.`,
          { file: spec.out },
        );
      }
    }
    const job: Job = {
      id: randomUUID(),
      kind: spec.kind,
      project,
      state: "running",
      progress: NOT_STARTED,
      error: null,
      artifact: null,
    };
    const running: RunningJob = { job, spec, child: null, cancelAsked: false, cancel: () => {} };
    this.all.set(job.id, running);
    this.run(running).catch((thrown) => this.update(running, { state: "failed", error: errorData(thrown) }));
    return job.id;
  }

  cancel(id: JobId): void {
    const running = this.all.get(id);
    if (!running) throw new RecPrismError("not-found", `There is no job ${id}.`);
    if (running.job.state !== "running" || running.cancelAsked) return;
    running.cancelAsked = true;
    running.cancel();
    setTimeout(() => {
      // Once training measures, it has stopped training and is about to publish what it has; a recommender's heeds a
      // cancel until it publishes.
      const { kind, progress } = running.job;
      const publishing = (kind === "train" || kind === "recommender") && progress.phase === "measuring";
      if (running.job.state === "running" && !publishing) running.child?.kill("SIGKILL");
    }, CANCEL_GRACE_MILLISECONDS).unref();
  }

  dispose(): void {
    for (const { child } of this.all.values()) child?.kill("SIGKILL");
  }

  private async run(running: RunningJob): Promise<void> {
    let result: JobResult;
    try {
      result = await this.inProcess(running, running.spec);
    } catch (thrown) {
      if (!running.cancelAsked || !(thrown instanceof ProcessEnded)) throw thrown;
      const spec = await finishing(running);
      result = spec ? await this.inProcess(running, spec) : { artifact: null, interrupted: true };
    }
    const { artifact, interrupted, trials, recommender } = result;
    if (artifact) await this.finished(running.job.project, artifact);
    this.update(running, {
      state: interrupted ? "cancelled" : "done",
      artifact,
      ...(trials && { trials }),
      ...(recommender && { recommender }),
    });
  }

  private async inProcess(running: RunningJob, spec: JobSpec): Promise<JobResult> {
    const child = fork(this.script, {
      serialization: "advanced",
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    running.child = child;
    let lastWords = "";
    child.stderr?.on("data", (chunk) => {
      lastWords = (lastWords + chunk).slice(-2_000);
    });
    const events: JobProcessEvents = {
      progress: (progress) => this.update(running, { progress }),
      warning: this.warn,
    };
    const rpc = createBirpc<JobProcess, JobProcessEvents>(events, {
      post: (message) => child.connected && child.send(message, () => {}),
      on: (listener) => child.on("message", listener),
      eventNames: ["cancel"],
      timeout: -1,
    });
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => reject(new ProcessEnded(signal ?? `exit code ${code}`, lastWords)));
    });
    running.cancel = () => rpc.cancel();
    try {
      return unwrapped(await Promise.race([rpc.run(spec), ended]));
    } finally {
      rpc.$close();
      child.kill();
      ended.catch(() => {});
      running.child = null;
    }
  }

  private update(running: RunningJob, change: Partial<Job>): void {
    if (running.job.state !== "running") return;
    running.job = { ...running.job, ...change };
    this.changed(running.job);
  }
}

/** What publishes that which a killed job leaves; null where that is nothing. */
async function finishing({ spec, job: { progress } }: RunningJob): Promise<JobSpec | null> {
  if (spec.kind === "search") return progress.trial === null ? null : { ...spec, finish: true };
  // A checkpoint from before this run trained is another run's.
  const left = spec.kind === "train" && progress.phase !== "preparing" && (await hasCheckpoint(spec.out));
  return left ? { ...spec, finish: true } : null;
}

/** The process ended before it answered. */
class ProcessEnded extends RecPrismError {
  constructor(how: string, lastWords: string) {
    const said = lastWords.trim() ? ` It last said: ${lastWords.trim().split("\n").at(-1)}` : "";
    super(
      "engine-stopped",
      `The job's process ended unexpectedly (${how}).${said} The SAE of before is untouched; start the job again, and it goes on from its last checkpoint.`,
    );
  }
}
