/** Steering: who gets the lists, what is edited, what becomes of the lists, what it costs, and how it leaves the Lab. */
import { useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { useSavedState } from "../components/vscode-api";
import { AudienceChoice } from "./audience-choice";
import { AudienceUsers } from "./audience-users";
import { formOf } from "./audience-words";
import { ConfigActions } from "./config-actions";
import { DoseGoalForm } from "./dose-goal";
import { DoseSection } from "./dose-section";
import { EditList } from "./edit-list";
import { EffectSummary, EffectView } from "./effect-view";
import { type ExplainedItem, Explanation } from "./explanation";
import { RecipeComparison } from "./recipe-comparison";
import { changesLists, edited, recipeOf } from "./recipe-edits";
import { RecipeTools } from "./recipe-tools";
import { SteeringMode } from "./steering-mode";
import { SteeringOutcome } from "./steering-outcome";
import { useAnswer } from "./use-answer";
import { useAudience } from "./use-audience";
import { useEffectOf } from "./use-effect-of";
import { usePreview } from "./use-preview";
import type { Recipes } from "./use-recipe";
import { useUndoKeys } from "./use-undo-keys";

const LIST_LENGTHS = [10, 20, 30];

interface SteerTabProps {
  host: Remote<LabHost>;
  /** Of what the engine answers from; with another one all is asked anew. */
  version: string;
  /** Items of the catalogue. */
  items: number;
  recipes: Recipes;
  /** The neuron selected in both webviews. */
  shared: Answer<NeuronDetail> | null;
}

export function SteerTab({ host, version, items, recipes, shared }: SteerTabProps) {
  const { lab, pair, change } = recipes;
  const recipe = recipeOf(lab);
  const [k, setK] = useSavedState<number>("k", 10, (saved) => LIST_LENGTHS.includes(saved as number));
  const [explained, setExplained] = useState<ExplainedItem | null>(null);
  const [varied, setVaried] = useState<number | null>(null);
  const vocabulary = useAnswer(() => asked(host.vocabulary()), [host, version]);
  const words = vocabulary?.ok ? vocabulary.value : null;
  const found = useAudience(host, lab.audience, version);
  const { user } = found;
  const profile = useAnswer(user === null ? null : () => asked(host.user(user)), [host, user, version]);
  const preview = usePreview(host, user, recipe, k, version);
  const known = (found.summary?.size ?? 0) > 0;
  const measured = useEffectOf(host, recipe, k, version, known);
  useUndoKeys(recipes.undo, recipes.redo);

  const inForce = lab.edits.filter(({ enabled }) => enabled);
  const edit = inForce.find(({ id }) => id === varied) ?? inForce[0] ?? null;
  const selected = shared?.ok ? shared.value : null;
  const hidden = preview?.answer.ok ? { items: preview.answer.value.hidden, of: items } : null;
  const takeFirstUser = async () => {
    const answer = await asked(host.findUsers(""));
    if (answer.ok && answer.value.length > 0) found.chooseUser(answer.value[0].id);
  };
  return (
    <div class="steer">
      <div class="steer-controls">
        <section aria-labelledby="who">
          <h2 id="who">Who</h2>
          <AudienceChoice
            host={host}
            audience={lab.audience}
            vocabulary={words}
            neuron={
              inForce[0] === undefined
                ? neuronOf(selected)
                : { neurons: inForce[0].neurons, label: inForce[0].label ?? "" }
            }
            user={user}
            onChange={(audience) => change({ change: "audience", audience })}
          />
          <AudienceUsers
            host={host}
            found={found}
            single={formOf(lab.audience) === "user"}
            profile={profile}
            edited={edited(lab)}
            onAdd={(neurons) => change({ change: "add", ...neurons })}
            onAgain={() => found.task.start(lab.audience)}
          />
        </section>
        <section aria-labelledby="what">
          <h2 id="what">What</h2>
          <RecipeTools recipes={recipes} change={change} />
          <EditList
            host={host}
            sae={version}
            lab={lab}
            change={change}
            shared={selected}
            vocabulary={words}
            hidden={hidden}
          />
          <SteeringMode mode={lab.mode} onChange={(mode) => change({ change: "mode", mode })} />
        </section>
        <section aria-labelledby="goal">
          <h2 id="goal">Goal</h2>
          <DoseGoalForm
            host={host}
            recipe={recipe}
            edits={inForce}
            edit={edit}
            onEdit={setVaried}
            k={k}
            interactions={words?.interactions ?? true}
            change={change}
          />
        </section>
        <ConfigActions host={host} name={recipe.name} note={lab.note} empty={!changesLists(recipe)} change={change} />
      </div>
      <div class="steer-outcome">
        <section class="see" aria-labelledby="see">
          <div class="outcome-head">
            <h2 id="see">
              {user === null ? "Lists" : `Lists of user ${user}`}
              {pair.b !== null && <span class="name-mark">recipe {pair.active.toUpperCase()}</span>}
            </h2>
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
          <EffectSummary measured={measured} />
          <SteeringOutcome
            user={user}
            preview={preview}
            edits={inForce}
            onTakeFirstUser={takeFirstUser}
            onExplain={({ id, title }, steered) =>
              user !== null && setExplained({ user, item: id, title, recipe: steered ? recipe : null })
            }
          />
        </section>
        <div class="measures">
          {pair.b !== null && (
            <RecipeComparison host={host} a={recipeOf(pair.a)} b={recipeOf(pair.b)} measured={measured} k={k} />
          )}
          <EffectView measured={measured} idle={!changesLists(recipe)} known={known} onUser={found.chooseUser} />
          <DoseSection host={host} recipe={recipe} edit={edit} effect={measured.stale ? null : measured.effect} k={k} />
        </div>
      </div>
      {explained !== null && <Explanation host={host} of={explained} onClose={() => setExplained(null)} />}
    </div>
  );
}

function neuronOf(selected: NeuronDetail | null) {
  return selected === null ? null : { neurons: [selected.neuron], label: selected.label };
}
