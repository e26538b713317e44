/** What a person can say of a neuron: another name, that the name is wrong, that it matters, a note. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ErrorData } from "../../src/protocol/error";
import type { LabelChange, NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";

interface NeuronActionsProps {
  host: Remote<LabHost>;
  detail: NeuronDetail;
  /** Whether the reasons are shown. */
  why: boolean;
  onWhy: (why: boolean) => void;
}

export function NeuronActions({ host, detail, why, onWhy }: NeuronActionsProps) {
  const { neuron, kind, pinned, wrong, person } = detail;
  const [noting, setNoting] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const neurons = [neuron];
  const say = async (change: LabelChange) => {
    const answer = await asked(host.changeLabel(change));
    setError(answer.ok ? null : answer.error);
  };
  return (
    <>
      <div class="neuron-actions" role="toolbar" aria-label="What to say of it">
        <button type="button" class="toggle" onClick={() => host.askForName(neurons)}>
          Rename…
        </button>
        <button
          type="button"
          class="toggle"
          aria-pressed={wrong}
          title="The name that was found is wrong"
          onClick={() => say({ change: "wrong", neurons, wrong: !wrong })}
        >
          {wrong ? "✓ " : ""}Wrong
        </button>
        <button
          type="button"
          class="toggle"
          aria-pressed={pinned}
          title="is:pinned finds it in the side panel"
          onClick={() => say({ change: "pin", neurons, pinned: !pinned })}
        >
          {pinned ? "✓ " : ""}Pin
        </button>
        <button type="button" class="toggle" aria-expanded={noting} onClick={() => setNoting(!noting)}>
          Note…
        </button>
        {kind !== "dead" && (
          <button type="button" class="toggle" onClick={() => host.nameByModel(neurons)}>
            Name by Model…
          </button>
        )}
        {person !== null && (
          <button
            type="button"
            class="toggle"
            title="Take back name, marks and note"
            onClick={() => say({ change: "reset", neurons })}
          >
            Take Back
          </button>
        )}
        <button type="button" class="toggle" aria-expanded={why} onClick={() => onWhy(!why)}>
          Why?
        </button>
      </div>
      {noting && (
        <NoteField
          note={person?.note ?? ""}
          onSave={(note) => {
            setNoting(false);
            void say({ change: "note", neurons, note });
          }}
          onLeave={() => setNoting(false)}
        />
      )}
      {error !== null && <ErrorNote what="The change was not kept" error={error} />}
    </>
  );
}

interface NoteFieldProps {
  note: string;
  onSave: (note: string) => void;
  onLeave: () => void;
}

function NoteField({ note, onSave, onLeave }: NoteFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const save = () => onSave((field.current?.value ?? "").trim());
  return (
    <div class="note-field">
      <textarea
        ref={field}
        class="field"
        aria-label="Note on the neuron"
        placeholder="What should be known of it"
        dir="auto"
        rows={3}
        defaultValue={note}
        onKeyDown={(event) => {
          if (event.key === "Escape") onLeave();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
        }}
      />
      <div class="buttons">
        <vscode-button onClick={save}>Save Note</vscode-button>
        <vscode-button secondary onClick={onLeave}>
          Cancel
        </vscode-button>
      </div>
    </div>
  );
}
