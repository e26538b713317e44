/** Steering: who gets the list, what is edited, and what the list becomes. */
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { isString, useSavedState } from "../components/vscode-api";
import { ConfigActions } from "./config-actions";
import { EditList } from "./edit-list";
import { type LabRecipe, type RecipeChange, recipeOf } from "./recipe-edits";
import { SteeringMode } from "./steering-mode";
import { SteeringOutcome } from "./steering-outcome";
import { useAnswer } from "./use-answer";
import { usePreview } from "./use-preview";
import { UserChoice } from "./user-choice";

const LIST_LENGTHS = [10, 20, 30];

interface SteerTabProps {
  host: Remote<LabHost>;
  sae: string;
  lab: LabRecipe;
  change: (change: RecipeChange) => void;
  /** The neuron selected in both webviews. */
  shared: Answer<NeuronDetail> | null;
}

export function SteerTab({ host, sae, lab, change, shared }: SteerTabProps) {
  const [user, setUser] = useSavedState<string>("user", "", isString);
  const [k, setK] = useSavedState<number>("k", 10, (saved) => LIST_LENGTHS.includes(saved as number));
  const chosen = user === "" ? null : user;
  const profile = useAnswer(chosen === null ? null : () => asked(host.user(chosen)), [host, chosen, sae]);
  const preview = usePreview(host, chosen, lab, k, sae);
  const takeFirstUser = async () => {
    const answer = await asked(host.findUsers(""));
    if (answer.ok && answer.value.length > 0) setUser(answer.value[0].id);
  };
  return (
    <div class="steer">
      <div class="steer-controls">
        <section aria-labelledby="who">
          <h2 id="who">Who</h2>
          <UserChoice
            host={host}
            user={chosen}
            profile={profile}
            edited={lab.edits.map(({ edit }) => edit.neuron)}
            onChoose={setUser}
            onAdd={({ neuron, label }) => change({ change: "add", neuron, label })}
          />
        </section>
        <section aria-labelledby="what">
          <h2 id="what">What</h2>
          <EditList host={host} sae={sae} lab={lab} change={change} shared={shared?.ok ? shared.value : null} />
          <SteeringMode mode={lab.mode} onChange={(mode) => change({ change: "mode", mode })} />
        </section>
        <ConfigActions host={host} name={recipeOf(lab).name} edits={lab.edits.length} change={change} />
      </div>
      <section class="steer-outcome" aria-labelledby="see">
        <div class="outcome-head">
          <h2 id="see">See</h2>
          <label>
            Top{" "}
            <select
              class="field"
              aria-label="List length"
              value={k}
              onChange={(event) => setK(Number(event.currentTarget.value))}
            >
              {LIST_LENGTHS.map((length) => (
                <option key={length} value={length}>
                  {length}
                </option>
              ))}
            </select>
          </label>
        </div>
        <SteeringOutcome
          user={chosen}
          preview={preview}
          edits={lab.edits.filter(({ enabled }) => enabled).map(({ edit }) => edit)}
          onTakeFirstUser={takeFirstUser}
        />
      </section>
    </div>
  );
}
