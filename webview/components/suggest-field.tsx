/** A text field that suggests what can be meant while one types; arrows choose, Enter takes, Escape closes. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { ErrorData } from "../../src/protocol/error";
import { ErrorNote } from "./error-note";
import { latestWins } from "./latest-wins";
import { indexAfterKey } from "./list-keys";

export interface Suggestion {
  key: string;
  text: string;
  detail: string;
  icon?: ComponentChildren;
}

interface SuggestFieldProps {
  label: string;
  placeholder: string;
  /** What is chosen now; shown until one types. */
  chosen: string;
  suggest: (text: string) => Promise<Answer<Suggestion[]>>;
  onChoose: (suggestion: Suggestion) => void;
  /** Takes the focus when it appears. */
  focused?: boolean;
  onLeave?: () => void;
}

interface Suggested {
  text: string;
  suggestions: Suggestion[];
}

export function SuggestField(props: SuggestFieldProps) {
  const { label, placeholder, chosen, suggest, onChoose, focused, onLeave } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [suggested, setSuggested] = useState<Suggested | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const latestSuggest = useRef(suggest);
  latestSuggest.current = suggest;
  const [ask] = useState(() =>
    latestWins(
      (text: string) => latestSuggest.current(text),
      (answer, text) => {
        setError(answer.ok ? null : answer.error);
        setSuggested(answer.ok ? { text, suggestions: answer.value } : null);
      },
    ),
  );

  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);

  function look(text: string): void {
    setOpen(true);
    setActive(-1);
    ask(text);
  }

  function close(): void {
    setOpen(false);
    setTyped(null);
    setActive(-1);
  }

  function choose(suggestion: Suggestion): void {
    close();
    setError(null);
    onChoose(suggestion);
  }

  /** Takes what the text names, or the first suggestion for it, even when Enter came before the suggestions. */
  async function take(): Promise<void> {
    if (open && active >= 0 && suggested !== null) {
      choose(suggested.suggestions[active]);
      return;
    }
    const text = typed ?? "";
    if (text.trim() === "") return;
    const answer = suggested?.text === text ? { ok: true as const, value: suggested.suggestions } : await suggest(text);
    if (!answer.ok) {
      setError(answer.error);
      return;
    }
    const best = answer.value.find((suggestion) => suggestion.text === text.trim()) ?? answer.value[0];
    if (best !== undefined) choose(best);
    else setSuggested({ text, suggestions: [] });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      event.preventDefault();
      void take();
    } else if (event.key === "Escape") {
      close();
      onLeave?.();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp" || event.key.startsWith("Page")) {
      event.preventDefault();
      if (!open) look(typed ?? "");
      else setActive(indexAfterKey(event.key, active, suggested?.suggestions.length ?? 0, 8) ?? active);
    }
  }

  const shown = open && suggested !== null;
  return (
    <div class="suggest">
      <input
        ref={input}
        type="text"
        class="field"
        aria-label={label}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={`${id}-list`}
        aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        value={typed ?? chosen}
        onFocus={(event) => {
          event.currentTarget.select();
          look("");
        }}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          look(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          close();
          onLeave?.();
        }}
      />
      {shown && (
        <Suggestions id={id} label={`${label}: suggestions`} active={active} suggested={suggested} onChoose={choose} />
      )}
      {error !== null && <ErrorNote error={error} />}
    </div>
  );
}

interface SuggestionsProps {
  id: string;
  label: string;
  active: number;
  suggested: Suggested;
  onChoose: (suggestion: Suggestion) => void;
}

function Suggestions({ id, label, active, suggested, onChoose }: SuggestionsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const { suggestions, text } = suggested;
  return (
    <div class="suggestions">
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={label}>
        {suggestions.map((suggestion, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the text field's
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the text field, which names the active option
          <div
            key={suggestion.key}
            id={`${id}-${index}`}
            class="suggestion"
            role="option"
            aria-selected={index === active}
            // A press would take the focus from the field and close the list before the click.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(suggestion)}
          >
            {suggestion.icon}
            <span class="suggestion-text" dir="auto" title={suggestion.text}>
              {suggestion.text}
            </span>
            <span class="quiet">{suggestion.detail}</span>
          </div>
        ))}
      </div>
      <p class={suggestions.length === 0 ? "nothing" : "spoken"} role="status">
        {suggestions.length === 0 ? `Nothing matches “${text}”.` : `${suggestions.length} suggestions`}
      </p>
    </div>
  );
}
