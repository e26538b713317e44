/** A stand-in for the engine's process: answers over birpc, reports events, and crashes when told to. */
import { createBirpc } from "birpc";

/** @type {import("birpc").BirpcReturn<any>} */
const host = createBirpc(
  {
    /** @param {string} path @param {{ restricted?: boolean }} [options] */
    async openProject(path, options) {
      if (path.includes("poison")) process.kill(process.pid, "SIGKILL");
      return { ok: true, value: { id: path, name: `project of ${process.pid}`, ...options } };
    },
    /** @param {string} _project @param {number} neuron */
    async neuron(_project, neuron) {
      return {
        ok: false,
        error: {
          reason: "not-found",
          message: `There is no neuron ${neuron}.`,
          where: { file: "labels.json", row: neuron },
        },
      };
    },
    async train() {
      await host.jobChanged.asEvent({ id: "job-1", state: "running" });
      await host.log.asEvent("info", "training");
      return { ok: true, value: "job-1" };
    },
    async report() {
      console.error("about to crash");
      process.kill(process.pid, "SIGKILL");
      return new Promise(() => {});
    },
    async jobs() {
      return { ok: true, value: [{ id: "job-1", values: new Float32Array([1, 2]) }] };
    },
    async generate() {
      return { ok: true, value: process.env.RECPRISM_EXECUTION_PROVIDER };
    },
    async cancel() {
      throw new Error("a fault nobody foresaw");
    },
  },
  {
    post: (message) => process.send?.(message),
    on: (receive) => process.on("message", receive),
    timeout: -1,
  },
);
process.on("disconnect", () => process.exit(0));
