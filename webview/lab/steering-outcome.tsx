/** SEE: one user's lists before and after, what the edits did to the concepts in them, and to the user. */
import type { PreviewResult, RankedItem } from "../../src/protocol/engine";
import { ErrorNote } from "../components/error-note";
import { decimal, percent } from "../components/number-format";
import { neuronsName } from "./edit-groups";
import { RankedLists } from "./ranked-lists";
import type { LabEdit } from "./recipe-edits";
import type { Preview } from "./use-preview";

interface SteeringOutcomeProps {
  user: string | null;
  preview: Preview | null;
  /** Edits on users that are in force. */
  edits: readonly LabEdit[];
  onTakeFirstUser: () => void;
  onExplain: (item: RankedItem, steered: boolean) => void;
}

export function SteeringOutcome({ user, preview, edits, onTakeFirstUser, onExplain }: SteeringOutcomeProps) {
  if (user === null) {
    return (
      <div class="empty">
        <p>Choose an audience or a user to see lists before and after the edits.</p>
        <vscode-button onClick={onTakeFirstUser}>Take the First User</vscode-button>
      </div>
    );
  }
  if (preview === null) return <p class="quiet">Ranking the items for user {user}…</p>;
  if (!preview.answer.ok) {
    return <ErrorNote what={`The list of user ${user} could not be made`} error={preview.answer.error} />;
  }
  const result = preview.answer.value;
  return (
    <>
      <UserEffects result={result} edits={edits} />
      <RankedLists result={result} listLength={preview.request.k} onExplain={onExplain} />
    </>
  );
}

function UserEffects({ result, edits }: { result: PreviewResult; edits: readonly LabEdit[] }) {
  return (
    <div class="effects">
      <p class="agreement numbers">
        RBO <strong>{decimal(result.rbo)}</strong>{" "}
        <span class="quiet">agreement of the two lists; 1 when they are the same</span>
      </p>
      {edits.length > 0 && (
        <table class="data">
          <caption class="spoken">Effect of the edits on this user</caption>
          <thead>
            <tr>
              <th scope="col">Edit</th>
              <th scope="col" class="number">
                Share of list
              </th>
              <th scope="col" class="number">
                Base rate
              </th>
              <th scope="col" class="number">
                User's activation
              </th>
            </tr>
          </thead>
          <tbody>
            {edits.map((edit) => (
              <UserEffectRow key={edit.id} result={result} edit={edit} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** Of several neurons of one concept the share is the same, and the activations are summed. */
function UserEffectRow({ result, edit: { neurons, label } }: { result: PreviewResult; edit: LabEdit }) {
  const share = result.shares.find(({ neuron }) => neurons.includes(neuron));
  const activations = result.activations.filter(({ neuron }) => neurons.includes(neuron));
  const sum = (of: "before" | "after") => activations.reduce((total, activation) => total + activation[of], 0);
  return (
    <tr>
      <th scope="row">{neuronsName(label, neurons)}</th>
      <td class="number">{share === undefined ? "–" : `${percent(share.before)} → ${percent(share.after)}`}</td>
      <td class="number">{share === undefined ? "–" : percent(share.baseRate)}</td>
      <td class="number">{activations.length === 0 ? "–" : `${decimal(sum("before"))} → ${decimal(sum("after"))}`}</td>
    </tr>
  );
}
