/** SEE: lists before and after, and what the edits did to the concepts and to the user. */
import type { PreviewResult } from "../../src/protocol/engine";
import type { Edit } from "../../src/protocol/steering";
import { ErrorNote } from "../components/error-note";
import { decimal, percent } from "../components/number-format";
import { RankedLists } from "./ranked-lists";
import { editLabel } from "./recipe-name";
import type { Preview } from "./use-preview";

interface SteeringOutcomeProps {
  user: string | null;
  preview: Preview | null;
  /** Edits in force. */
  edits: readonly Edit[];
  onTakeFirstUser: () => void;
}

export function SteeringOutcome({ user, preview, edits, onTakeFirstUser }: SteeringOutcomeProps) {
  if (user === null) {
    return (
      <div class="empty">
        <p>Choose a user to see their list before and after the edits.</p>
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
      <Effects result={result} edits={edits} />
      <RankedLists result={result} listLength={preview.request.k} />
    </>
  );
}

function Effects({ result, edits }: { result: PreviewResult; edits: readonly Edit[] }) {
  return (
    <div class="effects">
      <p class="agreement numbers">
        RBO <strong>{decimal(result.rbo)}</strong>{" "}
        <span class="quiet">agreement of the two lists; 1 when they are the same</span>
      </p>
      {edits.length > 0 && (
        <table class="effect-table">
          <caption class="spoken">Effect of the edits</caption>
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
              <EffectRow key={edit.neuron} result={result} edit={edit} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function EffectRow({ result, edit }: { result: PreviewResult; edit: Edit }) {
  const share = result.shares.find(({ neuron }) => neuron === edit.neuron);
  const activation = result.activations.find(({ neuron }) => neuron === edit.neuron);
  return (
    <tr>
      <th scope="row">{editLabel(edit)}</th>
      <td class="number">{share === undefined ? "–" : `${percent(share.before)} → ${percent(share.after)}`}</td>
      <td class="number">{share === undefined ? "–" : percent(share.baseRate)}</td>
      <td class="number">
        {activation === undefined ? "–" : `${decimal(activation.before)} → ${decimal(activation.after)}`}
      </td>
    </tr>
  );
}
