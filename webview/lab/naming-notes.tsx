/** Who calls a neuron what: the person's word, the model's name with its test, and what statistics found beside both. */
import type { ModelLabel, PersonalWord } from "../../src/protocol/artifact";
import type { NeuronDetail } from "../../src/protocol/neurons";
import { decimal } from "../components/number-format";

interface NamingNotesProps {
  detail: NeuronDetail;
  onSelect: (neuron: number) => void;
}

export function NamingNotes({ detail, onSelect }: NamingNotesProps) {
  const { person, model, labelledBy, statisticalLabel } = detail;
  if (person === null && model === null) return null;
  return (
    <ul class="naming-notes" aria-label="Who calls it what">
      {labelledBy !== "statistics" && (
        <li>
          By statistics: <Quoted text={statisticalLabel} />
        </li>
      )}
      {model !== null && <ModelNote model={model} used={labelledBy === "model"} />}
      {person !== null && <PersonNotes person={person} onSelect={onSelect} />}
    </ul>
  );
}

function ModelNote({
  model: { label, model, at, asked, correct, score, interval },
  used,
}: {
  model: ModelLabel;
  used: boolean;
}) {
  return (
    <li class="numbers">
      {used ? "Named" : "Called"} <Quoted text={label} /> by the language model <Quoted text={model} /> ({day(at)}):
      with this name it told {correct} of {asked} held-out items right, {decimal(score)} ({decimal(interval[0])} to{" "}
      {decimal(interval[1])}), chance .50
      {interval[0] > 0.5 ? "." : "; that may be luck, so the name is not used."}
    </li>
  );
}

function PersonNotes({ person, onSelect }: { person: PersonalWord; onSelect: (neuron: number) => void }) {
  const { label, mergedWith, wrong, pinned, note, by, at, carried } = person;
  const said = [
    label === null ? null : "named",
    wrong ? "marked as wrong" : null,
    pinned ? "pinned" : null,
    note === "" ? null : "noted",
  ].filter((word) => word !== null);
  return (
    <>
      {said.length > 0 && (
        <li>
          {capitalised(listed(said))} by <bdi>{by}</bdi>, {day(at)}.
          {carried !== null && (
            <span class="numbers">
              {" "}
              <strong>Carried over</strong> from neuron {carried.neuron} of the SAE {shortHash(carried.sae)}, decoder
              cosine {decimal(carried.cosine)}.
            </span>
          )}
        </li>
      )}
      {mergedWith.length > 0 && (
        <li>
          Counts as one with{" "}
          {mergedWith.map((other, index) => (
            <span key={other}>
              {index > 0 && ", "}
              <button type="button" class="link" onClick={() => onSelect(other)}>
                neuron {other}
              </button>
            </span>
          ))}
          .
        </li>
      )}
      {note !== "" && (
        <li class="neuron-note" dir="auto">
          {note}
        </li>
      )}
    </>
  );
}

function Quoted({ text }: { text: string }) {
  return (
    <>
      “<bdi>{text}</bdi>”
    </>
  );
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function capitalised(words: string): string {
  return words[0].toUpperCase() + words.slice(1);
}

/** `sha256:8e1de50d50d1…` is `8e1de50d`. */
function shortHash(hash: string): string {
  return hash.replace(/^sha256:/, "").slice(0, 8);
}

/** `20 Nov 2026`; what is no date stays as it is. */
function day(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? at
    : date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}
