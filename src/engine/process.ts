/** Entry of the engine process: serves the `Engine` interface to the client that forked it. */
import { createBirpc } from "birpc";
import { type Answering, answered } from "../protocol/answer";
import type { Engine, EngineEvents } from "../protocol/engine";
import { bundledJobScript, createEngine } from "./service";

const { engine, dispose } = createEngine({
  jobScript: bundledJobScript(),
  events: {
    jobChanged: (job) => {
      client.jobChanged(job);
    },
    taskProgress: (task, share) => {
      client.taskProgress(task, share);
    },
    log: (level, message) => {
      client.log(level, message);
    },
  },
});

const client = createBirpc<EngineEvents, Answering<Engine>>(answering(engine), {
  post: (message) => process.send?.(message),
  on: (listener) => process.on("message", listener),
  eventNames: ["jobChanged", "taskProgress", "log"],
  timeout: -1,
});

// The client is gone: nobody can ask for anything any more.
process.on("disconnect", () => {
  dispose();
  process.exit(0);
});

/** The same methods, answering with faults as data instead of rejecting. */
function answering(served: Engine): Answering<Engine> {
  const methods = Object.entries(served) as [keyof Engine, (...args: unknown[]) => Promise<unknown>][];
  return Object.fromEntries(
    methods.map(([name, method]) => [name, (...args: unknown[]) => answered(() => method(...args))]),
  ) as unknown as Answering<Engine>;
}
