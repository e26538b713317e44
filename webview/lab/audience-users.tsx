/** Who is in the audience: how many, a few of them, and the one whose lists are shown. */
import type { Answer } from "../../src/protocol/answer";
import type { UserProfile } from "../../src/protocol/engine";
import type { LabHost } from "../../src/protocol/webview";
import { KindIcon } from "../components/concept-kind";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { count, decimal, percent } from "../components/number-format";
import { SuggestField } from "../components/suggest-field";
import type { NamedNeurons } from "./recipe-edits";
import { suggestUsers } from "./suggestions";
import { TaskProgress } from "./task-progress";
import type { AudienceFound } from "./use-audience";

const CHIPS = 8;

interface AudienceUsersProps {
  host: Remote<LabHost>;
  found: AudienceFound;
  /** The audience is one user, who was chosen by id. */
  single: boolean;
  profile: Answer<UserProfile> | null;
  /** Neurons that have an edit already. */
  edited: ReadonlySet<number>;
  onAdd: (neurons: NamedNeurons) => void;
  onAgain: () => void;
}

export function AudienceUsers({ host, found, single, profile, edited, onAdd, onAgain }: AudienceUsersProps) {
  const { task, summary, user, chooseUser } = found;
  const failed =
    task.running === null && summary === null && task.last?.answer.ok === false ? task.last.answer.error : null;
  return (
    <>
      {task.running !== null && (
        <TaskProgress what="Finding the users" share={task.running.share} onCancel={task.cancel} />
      )}
      {task.cancelled && (
        <p class="note">
          Finding the users was cancelled.
          <vscode-button secondary onClick={onAgain}>
            Find Them
          </vscode-button>
        </p>
      )}
      {failed !== null && <ErrorNote what="The audience could not be found" error={failed} />}
      {summary !== null && !single && (
        <p class="numbers" role="status">
          <strong>{count(summary.size)}</strong> {summary.size === 1 ? "user" : "users"},{" "}
          {percent(summary.size / Math.max(1, summary.of))} of {count(summary.of)}
          {summary.size === 0 && ". Nobody is in it: loosen the condition."}
        </p>
      )}
      {!single && summary !== null && summary.size > 0 && (
        <>
          <fieldset class="form-line examples" aria-label="Users of the audience">
            <span>Lists of</span>
            {summary.examples.map(({ id, detail }) => (
              <button
                key={id}
                type="button"
                class="toggle"
                aria-pressed={id === user}
                title={detail}
                onClick={() => chooseUser(id)}
              >
                {id}
              </button>
            ))}
          </fieldset>
          <SuggestField
            label="Preview user"
            placeholder="Any other user, by id"
            chosen={summary.examples.some(({ id }) => id === user) ? "" : (user ?? "")}
            suggest={(text) => suggestUsers(host, text)}
            onChoose={({ key }) => chooseUser(key)}
          />
        </>
      )}
      {profile !== null &&
        (profile.ok ? (
          <Profile profile={profile.value} edited={edited} onAdd={onAdd} />
        ) : (
          <ErrorNote what={`User ${user} could not be shown`} error={profile.error} />
        ))}
    </>
  );
}

interface ProfileProps {
  profile: UserProfile;
  edited: ReadonlySet<number>;
  onAdd: (neurons: NamedNeurons) => void;
}

function Profile({ profile, edited, onAdd }: ProfileProps) {
  const strongest = profile.neurons.slice(0, CHIPS);
  return (
    <>
      <p class="quiet">
        User {profile.id}: {profile.detail}
      </p>
      {strongest.length === 0 ? (
        <p class="quiet">No neuron is active for this user.</p>
      ) : (
        <ul class="chips" aria-label="Strongest neurons of this user">
          {strongest.map(({ neuron, label, kind, activation }) => (
            <li key={neuron}>
              <button
                type="button"
                class="chip"
                disabled={edited.has(neuron)}
                title={edited.has(neuron) ? "Has an edit" : `Add an edit on ${label}`}
                onClick={() => onAdd({ neurons: [neuron], label })}
              >
                <KindIcon kind={kind} />
                <span class="chip-label" dir="auto">
                  {label}
                </span>
                <span class="numbers">{decimal(activation)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
