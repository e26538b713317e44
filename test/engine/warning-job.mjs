/** A stand-in for the job process: warns twice of the same, tells which execution provider it was given, and is done. */
import { createBirpc } from "birpc";

/** @type {import("birpc").BirpcReturn<any>} */
const engine = createBirpc(
  {
    async run() {
      await engine.warning.asEvent("using WebAssembly");
      await engine.warning.asEvent("using WebAssembly");
      await engine.warning.asEvent(`provider ${process.env.RECPRISM_EXECUTION_PROVIDER}`);
      return { ok: true, value: { artifact: null, interrupted: false } };
    },
  },
  {
    post: (message) => process.send?.(message),
    on: (receive) => process.on("message", receive),
    timeout: -1,
  },
);
process.on("disconnect", () => process.exit(0));
