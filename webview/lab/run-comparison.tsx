/** Chosen runs side by side: the settings in which they differ, their measures, their curves. */
import { useMemo } from "preact/hooks";
import { differingSettings, usedSetting } from "../../src/protocol/differing-settings";
import type { RunRecord } from "../../src/protocol/run";
import { chartsOfRun, chartsOfRuns } from "./curve-charts";
import { LineChart } from "./line-chart";
import { bestRuns, COMPARED, startText } from "./run-measures";
import { SETTING_NAMES, settingText } from "./setting-names";

interface LetteredRun {
  run: RunRecord;
  /** By which the run is called in tables and charts. */
  letter: string;
}

interface RunComparisonProps {
  /** One to four. */
  runs: readonly LetteredRun[];
  /** Hash of the SAE in use. */
  sae: string | null;
}

export function RunComparison({ runs, sae }: RunComparisonProps) {
  return (
    <section class="run-comparison" aria-labelledby="comparison">
      <h2 id="comparison">{runs.length === 1 ? "Run A" : "Comparison"}</h2>
      {runs.length > 1 && (
        <div class="comparison-tables">
          <SettingsTable runs={runs} sae={sae} />
          <MeasuresTable runs={runs} sae={sae} />
        </div>
      )}
      <Curves runs={runs} />
    </section>
  );
}

function SettingsTable({ runs, sae }: RunComparisonProps) {
  const records = runs.map(({ run }) => run);
  const presets = records.map(({ preset }) => preset);
  const rows = [
    ...(presets.some((preset) => preset !== presets[0]) ? [{ name: "preset", texts: presets as string[] }] : []),
    ...differingSettings(records).map((name) => ({
      name: SETTING_NAMES[name],
      texts: records.map(({ settings }) => settingText(usedSetting(settings, name))),
    })),
  ];
  return (
    <table class="comparison">
      <caption>Settings that differ</caption>
      <Head runs={runs} sae={sae} />
      <tbody>
        {rows.length === 0 && (
          <tr>
            <td colSpan={1 + runs.length}>None: these runs had the same settings.</td>
          </tr>
        )}
        {rows.map(({ name, texts }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {texts.map((text, index) => (
              <td key={runs[index].letter} class="number">
                {text}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MeasuresTable({ runs, sae }: RunComparisonProps) {
  const records = runs.map(({ run }) => run);
  return (
    <table class="comparison">
      <caption>Measures</caption>
      <Head runs={runs} sae={sae} />
      <tbody>
        {COMPARED.map((measure) => {
          const best = bestRuns(measure, records);
          return (
            <tr key={measure.name}>
              <th scope="row">{measure.name}</th>
              {records.map((run, index) => (
                <td key={run.id} class="number">
                  {best[index] ? (
                    <>
                      <span class="badge">best</span> <strong>{measure.text(run)}</strong>
                    </>
                  ) : (
                    measure.text(run)
                  )}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Head({ runs, sae }: RunComparisonProps) {
  return (
    <thead>
      <tr>
        <td />
        {runs.map(({ run, letter }) => (
          <th key={letter} scope="col" class="number" title={startText(run)}>
            {letter}
            {run.sae === sae && <span class="badge">current</span>}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Curves({ runs }: { runs: readonly LetteredRun[] }) {
  const chosen = runs.map(({ run, letter }) => letter + run.id).join();
  const charts = useMemo(
    () =>
      runs.length === 1
        ? chartsOfRun(runs[0].run.curve)
        : chartsOfRuns(runs.map(({ run, letter }) => ({ name: letter, points: run.curve }))),
    [chosen],
  );
  const steps = Math.max(...runs.map(({ run }) => run.steps));
  return (
    <div class="curves">
      {charts.map((chart) => (
        <LineChart key={chart.title} chart={chart} to={steps} />
      ))}
    </div>
  );
}
