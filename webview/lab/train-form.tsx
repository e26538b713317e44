/** The settings of the next run, and the button that starts it; in its place, the progress of a job that goes on. */
import { useId } from "preact/hooks";
import type { Job, ProjectSummary } from "../../src/protocol/engine";
import type { Preset } from "../../src/protocol/manifest";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { TrainingProgress } from "../components/training";
import { useSavedState } from "../components/vscode-api";
import { ACTIVATION_NAMES, PREDICTION_LOSS_NAMES, PRESET_NAMES, SETTING_NAMES } from "./setting-names";
import { askedOf, emptyDraft, type FormSetting, isEmpty, isTrainDraft, type TrainDraft } from "./train-draft";
import { useRunSettings } from "./use-run-settings";

interface TrainFormProps {
  host: Remote<LabHost>;
  project: ProjectSummary;
  /** That goes on, or that ended last. */
  job: Job | null;
}

export function TrainForm({ host, project, job }: TrainFormProps) {
  const id = useId();
  const [saved, setDraft] = useSavedState<TrainDraft>("train", emptyDraft(project.id), isTrainDraft);
  const draft = saved.project === project.id ? saved : emptyDraft(project.id);
  const { run, error } = useRunSettings(host, project, draft);
  const { settings } = run;
  const refused = error?.where.key?.replace(/^sae\.settings\./, "");
  const running = job?.state === "running";
  const usesK = settings.activation === "topk" || settings.activation === "batchtopk";

  const type = (name: FormSetting, text: string) => setDraft({ ...draft, typed: { ...draft.typed, [name]: text } });
  const start = () => {
    if (!running && error === null) void host.train(askedOf(draft));
  };
  const field = (name: FormSetting) => ({
    name,
    label: SETTING_NAMES[name],
    value: draft.typed[name] ?? String(settings[name]),
    resolved: String(settings[name]),
    refused: refused === name ? `${id}-error` : undefined,
    onType: (text: string) => type(name, text),
    onEnter: start,
  });

  return (
    <form class="train-form" aria-label="Settings of the next run" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="train-fields" disabled={running}>
        <Choice
          label="preset"
          value={draft.preset ?? project.preset}
          names={PRESET_NAMES}
          // Values typed for one preset are not meant for another.
          onType={(preset) => setDraft({ ...draft, preset: preset as Preset, typed: {} })}
        />
        <NumberSetting {...field("latents")} />
        <Choice {...field("activation")} names={ACTIVATION_NAMES} />
        <NumberSetting {...field("k")} unused={usesK ? undefined : "Used by topk and batchtopk only"} />
        <NumberSetting {...field("epochs")} />
        <NumberSetting {...field("predictionWeight")} step="any" />
        <Choice {...field("predictionLoss")} names={PREDICTION_LOSS_NAMES} />
        <NumberSetting {...field("seed")} />
      </fieldset>
      {error !== null && (
        <div id={`${id}-error`}>
          <ErrorNote what="These settings make no run" error={error} />
        </div>
      )}
      <div class="run-now">
        {running ? (
          <TrainingProgress job={job} host={host} />
        ) : (
          <div class="buttons">
            <vscode-button disabled={error !== null} onClick={start}>
              Train
            </vscode-button>
            <vscode-button secondary disabled={isEmpty(draft)} onClick={() => setDraft(emptyDraft(project.id))}>
              Reset
            </vscode-button>
            <span class="quiet" role="status">
              {job?.state === "done" && job.kind !== "measure" && "Training is done. "}
              What is changed here holds for one run; recprism.json keeps the settings of all.
            </span>
          </div>
        )}
      </div>
    </form>
  );
}

interface FieldProps {
  label: string;
  value: string;
  /** Id of the message that says what is wrong with it. */
  refused?: string;
  onType: (text: string) => void;
}

interface ChoiceProps extends FieldProps {
  names: Record<string, string>;
}

function Choice({ label, value, names, refused, onType }: ChoiceProps) {
  return (
    <label class="train-field train-choice">
      <span>{label}</span>
      <select
        class="field"
        value={value}
        title={names[value]}
        aria-invalid={refused !== undefined}
        aria-describedby={refused}
        onChange={(event) => onType(event.currentTarget.value)}
      >
        {Object.entries(names).map(([choice, name]) => (
          <option key={choice} value={choice} title={name}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
}

interface NumberSettingProps extends FieldProps {
  /** What holds while the field is empty. */
  resolved: string;
  /** Why it has no effect now. */
  unused?: string;
  step?: "any";
  onEnter: () => void;
}

function NumberSetting({ label, value, resolved, refused, unused, step, onType, onEnter }: NumberSettingProps) {
  return (
    <label class="train-field" title={unused}>
      <span>{label}</span>
      <input
        type="number"
        class="field number"
        min={0}
        step={step}
        value={value}
        placeholder={resolved}
        disabled={unused !== undefined}
        aria-invalid={refused !== undefined}
        aria-describedby={refused}
        onInput={(event) => onType(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && onEnter()}
      />
    </label>
  );
}
