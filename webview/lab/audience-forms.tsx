/** What a person fills in for each kind of audience. A form changes the recipe once it says an audience, not before. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SteeringVocabulary } from "../../src/protocol/effect";
import type { Audience, Strongest } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { suggestNeurons } from "../components/neuron-suggestions";
import { count } from "../components/number-format";
import { SuggestField } from "../components/suggest-field";
import { pastedIds } from "./audience-words";
import { neuronsName } from "./edit-groups";
import { NumberField } from "./number-field";
import { suggestTags, suggestUsers } from "./suggestions";

interface FormProps {
  audience: Audience;
  onChange: (audience: Audience) => void;
}

/** What is written, which follows the audience where that changes elsewhere, and a way to take it, once each time. */
function useTextOf(said: string, take: (text: string) => void) {
  const [text, setText] = useState(said);
  const written = useRef(false);
  useEffect(() => {
    if (said !== "") setText(said);
  }, [said]);
  return {
    text,
    write(next: string) {
      written.current = true;
      setText(next);
    },
    take() {
      if (!written.current) return;
      written.current = false;
      take(text);
    },
  };
}

export function OneUserForm({ host, audience, onChange }: FormProps & { host: Remote<LabHost> }) {
  return (
    <SuggestField
      label="User"
      placeholder="Type a user's id"
      chosen={audience.kind === "users" ? audience.users[0] : ""}
      suggest={(text) => suggestUsers(host, text)}
      onChoose={({ key }) => onChange({ kind: "users", users: [key] })}
    />
  );
}

export function IdsForm({ audience, onChange }: FormProps) {
  const { text, write, take } = useTextOf(audience.kind === "users" ? audience.users.join("\n") : "", (text) => {
    const users = pastedIds(text);
    if (users.length > 0) onChange({ kind: "users", users });
  });
  const ids = useMemo(() => pastedIds(text), [text]);
  return (
    <>
      <textarea
        class="field text-area"
        aria-label="User ids"
        rows={3}
        placeholder="Paste ids, one a line or separated by commas"
        spellcheck={false}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onChange={take}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) take();
        }}
      />
      <p class="quiet">
        {ids.length === 0 ? "Each id once." : `${count(ids.length)} different ids.`} Taken when you leave the field, or
        by Ctrl+Enter.
      </p>
    </>
  );
}

interface VocabularyProps extends FormProps {
  vocabulary: SteeringVocabulary | null;
}

export function SqlForm({ audience, vocabulary, onChange }: VocabularyProps) {
  const { text, write, take } = useTextOf(audience.kind === "sql" ? audience.where : "", (text) => {
    if (text.trim() !== "") onChange({ kind: "sql", where: text.trim() });
  });
  const field = useRef<HTMLTextAreaElement>(null);
  const columns = vocabulary?.userColumns ?? [];
  const insert = (name: string) => {
    const element = field.current;
    if (element === null) return;
    element.setRangeText(
      /^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`,
      element.selectionStart,
      element.selectionEnd,
      "end",
    );
    write(element.value);
    element.focus();
  };
  return (
    <>
      <textarea
        ref={field}
        class="field text-area code"
        aria-label="SQL condition"
        rows={2}
        placeholder={conditionExample(columns)}
        spellcheck={false}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onChange={take}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          take();
        }}
      />
      <p class="quiet">
        A condition on the user table. Enter takes it.
        {vocabulary !== null &&
          columns.length === 0 &&
          " No column is known: there is no user table, or it may not be read in this workspace."}
      </p>
      <ul class="chips" aria-label="Columns of the user table">
        {columns.map(({ name, type, examples }) => (
          <li key={name}>
            <button
              type="button"
              class="chip"
              title={`Insert ${name}`}
              // A press would take the focus from the field and send a condition that is half written.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => insert(name)}
            >
              <span class="code">{name}</span>
              <span class="quiet chip-label">
                {type}
                {examples.length > 0 && `: ${examples.slice(0, 4).join(", ")}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** With the first column of a kind and one of its values: `age < 25`. */
function conditionExample(columns: SteeringVocabulary["userColumns"]): string {
  const number = columns.find(({ type, examples }) => type === "number" && examples.length > 0);
  if (number !== undefined) return `${number.name} < ${number.examples[0]}`;
  const text = columns.find(({ examples }) => examples.length > 0);
  return text === undefined ? "" : `${text.name} = '${text.examples[0]}'`;
}

export function NeuronForm({ host, audience, onChange }: FormProps & { host: Remote<LabHost> }) {
  const own = audience.kind === "neuron" ? audience : null;
  return (
    <>
      <SuggestField
        label="Neuron of the audience"
        placeholder="Find the neuron that they activate most"
        chosen={own === null ? "" : neuronsName(own.label, [own.neuron])}
        suggest={(text) => suggestNeurons(host, text)}
        onChoose={({ key, text }) =>
          onChange({ kind: "neuron", neuron: Number(key), label: text, top: own?.top ?? { count: 20 } })
        }
      />
      {own !== null && <StrongestField top={own.top} onTop={(top) => onChange({ ...own, top })} />}
    </>
  );
}

export function HistoryForm({ audience, vocabulary, onChange }: VocabularyProps) {
  const own = audience.kind === "history" ? audience : null;
  if (vocabulary !== null && !(vocabulary.interactions && vocabulary.tags.length > 0)) {
    return (
      <p class="quiet">
        Histories are not known: this project has no {vocabulary.interactions ? "tags of items" : "interactions"}.
      </p>
    );
  }
  const atLeast = own?.atLeast;
  return (
    <>
      <SuggestField
        label="Tag of the history"
        placeholder="Find a tag"
        chosen={own?.tag ?? ""}
        suggest={async (text) => ({ ok: true, value: vocabulary === null ? [] : suggestTags(vocabulary, text) })}
        onChoose={({ key }) => {
          const found = vocabulary?.tags[Number(key)];
          if (found === undefined) return;
          const { column, tag } = found;
          onChange(own === null ? { kind: "history", column, tag, top: { count: 20 } } : { ...own, column, tag });
        }}
      />
      {own !== null && (
        <div class="form-line">
          <select
            class="field"
            aria-label="By what"
            value={atLeast === undefined ? "top" : "least"}
            onChange={(event) => {
              const { kind, column, tag } = own;
              const share = event.currentTarget.value === "least";
              onChange(share ? { kind, column, tag, atLeast: 0.25 } : { kind, column, tag, top: { count: 20 } });
            }}
          >
            <option value="top">largest share</option>
            <option value="least">share of at least</option>
          </select>
          {atLeast === undefined ? (
            <StrongestField
              top={own.top ?? { count: 20 }}
              onTop={(top) => onChange({ kind: own.kind, column: own.column, tag: own.tag, top })}
            />
          ) : (
            <>
              <NumberField
                label="Least share in per cent"
                value={100 * atLeast}
                step={5}
                least={0.1}
                most={100}
                onValue={(value) =>
                  onChange({ kind: own.kind, column: own.column, tag: own.tag, atLeast: value / 100 })
                }
              />
              <span>% of interactions</span>
            </>
          )}
        </div>
      )}
    </>
  );
}

export function RandomForm({ audience, onChange }: FormProps) {
  if (audience.kind !== "random") return null;
  return (
    <div class="form-line">
      <NumberField
        label="Number of users"
        value={audience.count}
        step={100}
        least={1}
        whole
        onValue={(count) => onChange({ ...audience, count })}
      />
      <span>users, seed</span>
      <NumberField
        label="Seed"
        value={audience.seed}
        step={1}
        least={0}
        whole
        onValue={(seed) => onChange({ ...audience, seed })}
      />
    </div>
  );
}

/** So many users, or such a share of all. */
function StrongestField({ top, onTop }: { top: Strongest; onTop: (top: Strongest) => void }) {
  const byCount = "count" in top;
  return (
    <div class="form-line">
      <span>top</span>
      {byCount ? (
        <NumberField
          label="How many users"
          value={top.count}
          step={1}
          least={1}
          whole
          onValue={(count) => onTop({ count })}
        />
      ) : (
        <NumberField
          label="Per cent of users"
          value={100 * top.share}
          step={1}
          least={0.1}
          most={100}
          onValue={(value) => onTop({ share: value / 100 })}
        />
      )}
      <select
        class="field"
        aria-label="Top as"
        value={byCount ? "count" : "share"}
        onChange={(event) => onTop(event.currentTarget.value === "count" ? { count: 20 } : { share: 0.05 })}
      >
        <option value="count">users</option>
        <option value="share">% of users</option>
      </select>
    </div>
  );
}
