/** WHO: for whom the recipe is, chosen in one of several ways or by the name of a saved audience. */
import { useEffect, useState } from "preact/hooks";
import type { SteeringVocabulary } from "../../src/protocol/effect";
import type { Audience, NamedAudience } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { HistoryForm, IdsForm, NeuronForm, OneUserForm, RandomForm, SqlForm } from "./audience-forms";
import { AUDIENCE_FORMS, type AudienceForm, audienceName, formOf } from "./audience-words";
import type { NamedNeurons } from "./recipe-edits";
import { audienceKey } from "./recipe-key";

interface AudienceChoiceProps {
  host: Remote<LabHost>;
  audience: Audience;
  vocabulary: SteeringVocabulary | null;
  /** What an audience by neuron begins with: the one that is edited or selected. */
  neuron: NamedNeurons | null;
  /** Whose lists are shown. */
  user: string | null;
  onChange: (audience: Audience) => void;
}

export function AudienceChoice({ host, audience, vocabulary, neuron, user, onChange }: AudienceChoiceProps) {
  const [form, setForm] = useState<AudienceForm>(() => formOf(audience));
  const named = useNamedAudiences(host);
  const key = audienceKey(audience);
  // A list of one id is a list as long as it is being written.
  useEffect(() => {
    if (!(form === "users" && audience.kind === "users")) setForm(formOf(audience));
  }, [key]);

  const chosenName = named.all.find((own) => audienceKey(own.audience) === key)?.name ?? null;
  const choose = (value: string) => {
    const [kind, ...rest] = value.split(":");
    if (kind === "named") {
      const own = named.all.find(({ name }) => name === rest.join(":"));
      if (own !== undefined) onChange(own.audience);
      return;
    }
    const wanted = value as AudienceForm;
    setForm(wanted);
    const first = firstAudience(wanted, vocabulary, neuron, user);
    if (first !== null) onChange(first);
  };
  // The tags may come after the choice.
  useEffect(() => {
    const first = form === "history" && audience.kind !== "history" && firstAudience(form, vocabulary, neuron, user);
    if (first) onChange(first);
  }, [vocabulary]);
  const incomplete = formOf(audience) !== form && !(form === "users" && audience.kind === "users");
  return (
    <>
      <div class="audience-line">
        <select
          class="field"
          aria-label="Audience"
          value={chosenName === null || incomplete ? form : `named:${chosenName}`}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {AUDIENCE_FORMS.map(({ form, name }) => (
            <option key={form} value={form}>
              {name}
            </option>
          ))}
          {named.all.length > 0 && (
            <optgroup label="Saved audiences">
              {named.all.map(({ name }) => (
                <option key={name} value={`named:${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        {chosenName === null ? (
          <button type="button" class="toggle" disabled={incomplete} onClick={() => named.keep(audience)}>
            Save Audience…
          </button>
        ) : (
          <button type="button" class="toggle" onClick={() => named.forget(chosenName)}>
            Forget
          </button>
        )}
      </div>
      {form === "user" && <OneUserForm host={host} audience={audience} onChange={onChange} />}
      {form === "users" && <IdsForm audience={audience} onChange={onChange} />}
      {form === "sql" && <SqlForm audience={audience} vocabulary={vocabulary} onChange={onChange} />}
      {form === "neuron" && <NeuronForm host={host} audience={audience} onChange={onChange} />}
      {form === "history" && <HistoryForm audience={audience} vocabulary={vocabulary} onChange={onChange} />}
      {form === "random" && <RandomForm audience={audience} onChange={onChange} />}
      {incomplete && <p class="quiet">Until then the recipe is for {audienceName(audience)}.</p>}
    </>
  );
}

/** Null where the person has to say more first. */
function firstAudience(
  form: AudienceForm,
  vocabulary: SteeringVocabulary | null,
  named: NamedNeurons | null,
  user: string | null,
): Audience | null {
  switch (form) {
    case "everyone":
      return { kind: "everyone" };
    case "user":
      return user === null ? null : { kind: "users", users: [user] };
    case "users":
    case "sql":
      return null;
    case "neuron":
      return named === null
        ? null
        : { kind: "neuron", neuron: named.neurons[0], label: named.label, top: { count: 20 } };
    case "history": {
      const tags = vocabulary?.interactions ? vocabulary.tags : [];
      const tag = tags.find((known) => known.tag === named?.label) ?? tags[0];
      return tag === undefined ? null : { kind: "history", column: tag.column, tag: tag.tag, top: { count: 20 } };
    }
    case "random":
      return { kind: "random", count: 1000, seed: 0 };
  }
}

function useNamedAudiences(host: Remote<LabHost>) {
  const [all, setAll] = useState<NamedAudience[]>([]);
  const show = (call: Promise<NamedAudience[]>) => void call.then(setAll, () => {});
  useEffect(() => show(host.namedAudiences()), [host]);
  return {
    all,
    keep: (audience: Audience) => show(host.nameAudience(audience)),
    forget: (name: string) => show(host.forgetAudience(name)),
  };
}
