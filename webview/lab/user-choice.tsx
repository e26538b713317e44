/** WHO: a user found by id, and what the SAE sees in them. */
import type { Answer } from "../../src/protocol/answer";
import type { UserProfile } from "../../src/protocol/engine";
import type { LabHost } from "../../src/protocol/webview";
import { KindIcon } from "../components/concept-kind";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { decimal } from "../components/number-format";
import { SuggestField, type Suggestion } from "../components/suggest-field";

const CHIPS = 8;

interface UserChoiceProps {
  host: Remote<LabHost>;
  user: string | null;
  profile: Answer<UserProfile> | null;
  /** Neurons that have an edit already. */
  edited: readonly number[];
  onChoose: (user: string) => void;
  onAdd: (neuron: { neuron: number; label: string }) => void;
}

export function UserChoice({ host, user, profile, edited, onChoose, onAdd }: UserChoiceProps) {
  return (
    <>
      <SuggestField
        label="User"
        placeholder="Type a user's id"
        chosen={user ?? ""}
        suggest={(text) => suggestUsers(host, text)}
        onChoose={(suggestion) => onChoose(suggestion.key)}
      />
      {profile !== null &&
        (profile.ok ? (
          <Profile profile={profile.value} edited={edited} onAdd={onAdd} />
        ) : (
          <ErrorNote what={`User ${user} could not be shown`} error={profile.error} />
        ))}
    </>
  );
}

async function suggestUsers(host: Remote<LabHost>, text: string): Promise<Answer<Suggestion[]>> {
  const answer = await asked(host.findUsers(text.trim()));
  if (!answer.ok) return answer;
  return { ok: true, value: answer.value.map(({ id, detail }) => ({ key: id, text: id, detail })) };
}

interface ProfileProps {
  profile: UserProfile;
  edited: readonly number[];
  onAdd: (neuron: { neuron: number; label: string }) => void;
}

function Profile({ profile, edited, onAdd }: ProfileProps) {
  const strongest = profile.neurons.slice(0, CHIPS);
  return (
    <>
      <p class="quiet">{profile.detail}</p>
      {strongest.length === 0 ? (
        <p class="quiet">No neuron is active for this user.</p>
      ) : (
        <ul class="chips" aria-label="Strongest neurons of this user">
          {strongest.map((neuron) => (
            <li key={neuron.neuron}>
              <button
                type="button"
                class="chip"
                disabled={edited.includes(neuron.neuron)}
                title={edited.includes(neuron.neuron) ? "Has an edit" : `Add an edit on ${neuron.label}`}
                onClick={() => onAdd(neuron)}
              >
                <KindIcon kind={neuron.kind} />
                <span class="chip-label" dir="auto">
                  {neuron.label}
                </span>
                <span class="numbers">{decimal(neuron.activation)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
