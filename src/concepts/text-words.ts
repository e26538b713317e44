/** Words of titles and descriptions: which there are, and which items have them. */
import type { Items } from "../data/dataset";
import { type Concept, LEAST_BEARERS } from "./candidates";

/** Words and phrases as concepts, and for each item which of them it has. */
export interface Vocabulary {
  /** Key `text:star wars`. Phrases of two words first: what one says as well as a word, it says better. */
  concepts: Concept[];
  /** Concepts of item i: `ofItems[offsets[i] .. offsets[i + 1])`. */
  offsets: Uint32Array;
  ofItems: Uint32Array;
}

/** Characters of all items together, a few seconds' work; long texts are cut so that all items have an equal share. */
const MOST_CHARACTERS = 2 ** 24;
const LEAST_CHARACTERS = 100;
/** The most frequent ones are kept. */
const MOST_WORDS = 20_000;
/** What is said of more items says nothing of any. */
const LARGEST_SHARE = 0.2;
/** English words without a subject, for catalogues in which they are rare: of other languages the share above sees to it. */
const STOP_WORDS = new Set(
  (
    "a an and are as at be been but by can could did do does for from get had has have he her him his how i if in into is it " +
    "its just like me more most my no not of off on one only or our out over she so some such than that the their them then " +
    "there these they this those to too under up us very vol was we were what when where which who why will with you your"
  ).split(" "),
);
const MARKUP = /<[^>]*>|&[a-z]+;|&#\d+;/gi;
const YEAR_AT_END = /\s*\((1\d{3}|20\d{2})\)\s*$/;

/** Words and phrases of two words that enough items have and not too many. */
export function vocabularyOf(items: Items): Vocabulary {
  const n = items.ids.length;
  const most = Math.max(LEAST_CHARACTERS, Math.floor(MOST_CHARACTERS / Math.max(1, n)));
  const words = new Map<string, number>();
  // Each item's words by their number in `words`; -1 where the next one does not follow on.
  const ofItem = Array.from({ length: textsOf(items).length === 0 ? 0 : n }, (_, item) => {
    const found: number[] = [];
    for (const word of wordsOf(items, item, most)) {
      if (word === null || STOP_WORDS.has(word)) {
        found.push(-1);
        continue;
      }
      let number = words.get(word);
      if (number === undefined) {
        number = words.size;
        words.set(word, number);
      }
      found.push(number);
    }
    return Int32Array.from(found);
  });
  const isFrequent = (bearers: { length: number }) =>
    bearers.length >= LEAST_BEARERS && bearers.length <= LARGEST_SHARE * n;
  const single = bearersOf(words.size, ofItem, (sequence) => sequence.filter((word) => word >= 0));
  const kept = single.map((bearers) => bearers.length >= LEAST_BEARERS);
  const pairs = new Map<number, number[]>();
  ofItem.forEach((sequence, item) => {
    for (let at = 0; at + 1 < sequence.length; at++) {
      const [a, b] = [sequence[at], sequence[at + 1]];
      if (a < 0 || b < 0 || !kept[a] || !kept[b]) continue;
      const pair = a * words.size + b;
      const bearers = pairs.get(pair);
      if (bearers === undefined) pairs.set(pair, [item]);
      else if (bearers[bearers.length - 1] !== item) bearers.push(item);
    }
  });
  const names = [...words.keys()];
  const concepts = [
    ...[...pairs].map(([pair, bearers]) => ({
      term: `${names[Math.floor(pair / words.size)]} ${names[pair % words.size]}`,
      bearers,
    })),
    ...single.map((bearers, word) => ({ term: names[word], bearers })),
  ]
    .filter(({ bearers }) => isFrequent(bearers))
    .sort((a, b) => b.bearers.length - a.bearers.length)
    .slice(0, MOST_WORDS)
    .sort((a, b) => Number(b.term.includes(" ")) - Number(a.term.includes(" ")))
    .map(({ term, bearers }) => wordConcept(term, Uint32Array.from(bearers), n));
  return { concepts, ...conceptsOfItems(concepts, n) };
}

/** One word or phrase as a concept of items, by its key; null where no item has it. */
export function conceptOfWord(key: string, items: Items): Concept | null {
  const term = key.slice(KEY.length);
  const [first] = term.split(" ");
  const bearers: number[] = [];
  for (let item = 0; item < items.ids.length; item++) {
    // Splitting into words is slow, so it is left for texts that can have it.
    if (!textsOf(items).some((texts) => folded(texts[item]).includes(first))) continue;
    const words = [...wordsOf(items, item, MOST_CHARACTERS)];
    const found = words.some((word, at) => word === term || `${word} ${words[at + 1]}` === term);
    if (found) bearers.push(item);
  }
  return bearers.length === 0 ? null : wordConcept(term, Uint32Array.from(bearers), items.ids.length);
}

const KEY = "text:";

export function isWordKey(key: string): boolean {
  return key.startsWith(KEY);
}

function wordConcept(term: string, bearers: Uint32Array, rows: number): Concept {
  return { key: `${KEY}${term}`, label: `“${term}”`, kind: "text", bearers, rows };
}

function textsOf({ titles, texts }: Items): (readonly string[])[] {
  return [...(titles === null ? [] : [titles]), ...texts.map(({ values }) => values)];
}

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

/** Words in order; null between texts, and where a sentence or the like ends. Markup and the year of a title are left out. */
function* wordsOf(items: Items, item: number, most: number): Generator<string | null> {
  for (const texts of textsOf(items)) {
    const text = folded(texts[item].slice(0, most)).replace(YEAR_AT_END, "").replace(MARKUP, " / ");
    for (const { segment, isWordLike } of segmenter.segment(text)) {
      if (isWordLike) yield isWord(segment) ? segment : null;
      else if (segment.trim() !== "" && segment !== "-") yield null;
    }
    yield null;
  }
}

/** A single Latin letter is none, but a single Chinese character is. */
function isWord(segment: string): boolean {
  return segment.length > 1 || /[^\p{Script=Latin}\p{N}]/u.test(segment);
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Per word, the items that have it, ascending. */
function bearersOf(words: number, ofItem: Int32Array[], wordsIn: (sequence: Int32Array) => Int32Array): number[][] {
  const bearers = Array.from({ length: words }, (): number[] => []);
  ofItem.forEach((sequence, item) => {
    for (const word of wordsIn(sequence)) {
      if (bearers[word][bearers[word].length - 1] !== item) bearers[word].push(item);
    }
  });
  return bearers;
}

function conceptsOfItems(concepts: readonly Concept[], items: number): Pick<Vocabulary, "offsets" | "ofItems"> {
  const offsets = new Uint32Array(items + 1);
  for (const { bearers } of concepts) for (const item of bearers) offsets[item + 1]++;
  for (let item = 0; item < items; item++) offsets[item + 1] += offsets[item];
  const ofItems = new Uint32Array(offsets[items]);
  const next = offsets.slice();
  concepts.forEach(({ bearers }, index) => {
    for (const item of bearers) ofItems[next[item]++] = index;
  });
  return { offsets, ofItems };
}
