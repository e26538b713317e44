/** The curves of the run that goes on, or that ended last in this session. */
import { useMemo } from "preact/hooks";
import type { Job } from "../../src/protocol/engine";
import { chartsOfRun } from "./curve-charts";
import { LineChart } from "./line-chart";

export function LiveCurves({ job }: { job: Job }) {
  const { curve, steps } = job.progress;
  // Every message brings a new array; only another point is news.
  const charts = useMemo(
    () => chartsOfRun(curve).map((chart) => <LineChart key={chart.title} chart={chart} to={steps} />),
    [job.id, curve.length, steps],
  );
  return (
    <section class="run-curves" aria-labelledby="this-run">
      <h2 id="this-run">{job.state === "running" ? "This run" : "Last run"}</h2>
      <div class="curves">{charts}</div>
    </section>
  );
}
