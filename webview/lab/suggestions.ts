/** Users and items as suggestions of a text field. */
import type { Answer } from "../../src/protocol/answer";
import type { SteeringVocabulary } from "../../src/protocol/effect";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { count } from "../components/number-format";
import type { Suggestion } from "../components/suggest-field";

const MOST_TAGS = 30;

export async function suggestUsers(host: Remote<LabHost>, text: string): Promise<Answer<Suggestion[]>> {
  const answer = await asked(host.findUsers(text.trim()));
  if (!answer.ok) return answer;
  return { ok: true, value: answer.value.map(({ id, detail }) => ({ key: id, text: id, detail })) };
}

/** By title or id; the key is the id. */
export async function suggestItems(host: Remote<LabHost>, text: string): Promise<Answer<Suggestion[]>> {
  const answer = await asked(host.findItems(text.trim()));
  if (!answer.ok) return answer;
  return {
    ok: true,
    value: answer.value.map(({ id, title, tags }) => ({ key: id, text: title, detail: tags.join(", ") })),
  };
}

/** Tags that begin with a text, then those that hold it; the key is their place in the vocabulary. */
export function suggestTags({ tags }: SteeringVocabulary, text: string): Suggestion[] {
  const wanted = text.trim().toLowerCase();
  const columns = new Set(tags.map(({ column }) => column)).size;
  const at = tags.map(({ tag }) => tag.toLowerCase().indexOf(wanted));
  const places = [...tags.keys()].filter((place) => at[place] >= 0);
  places.sort((a, b) => Number(at[a] > 0) - Number(at[b] > 0) || a - b);
  return places.slice(0, MOST_TAGS).map((place) => {
    const { column, tag, items } = tags[place];
    const detail = columns > 1 ? `${column}, ${count(items)} items` : `${count(items)} items`;
    return { key: String(place), text: tag, detail };
  });
}
