/** What the audit found, in plain sentences. */
import type { Audit, RankingShare } from "../../src/protocol/structure";
import { count, percent } from "../components/number-format";

type Attribute = Audit["attributes"][number];

/** `2 neurons tell of gender. Without them lists change by 19%, without as many random ones by 6%: clearly more.` */
export function attributeSentence({ column, neurons, ranking }: Attribute): string {
  if (neurons.length === 0) return `No neuron tells of ${column}.`;
  const telling = new Set(neurons.map(({ neuron }) => neuron)).size;
  return `${telling === 1 ? "1 neuron tells" : `${count(telling)} neurons tell`} of ${column}. ${rankingSentence(ranking, telling)}`;
}

export function popularitySentence(popularity: Audit["popularity"]): string {
  if (popularity === null) return "Popularity is not known: the project names no interactions.";
  const { neurons, ranking } = popularity;
  if (neurons.length === 0) return "No neuron follows mere popularity.";
  const following = neurons.length === 1 ? "1 neuron follows" : `${count(neurons.length)} neurons follow`;
  return `${following} mere popularity. ${rankingSentence(ranking, neurons.length)}`;
}

/** @param neurons how many were suppressed */
export function rankingSentence(ranking: RankingShare | null, neurons: number): string {
  if (ranking === null) return "How much of the ranking runs through them is not known: there are no lists.";
  const { change, changeOfRandom } = ranking;
  const [them, random] = neurons === 1 ? ["it", "a random one"] : ["them", "as many random ones"];
  return `Without ${them} lists change by ${percent(change.value)}, without ${random} by ${percent(changeOfRandom.value)}${verdict(ranking)}.`;
}

/** Whether the two differ by more than their intervals. */
function verdict({ change, changeOfRandom }: RankingShare): string {
  if (change.interval === null || changeOfRandom.interval === null) return "";
  if (change.interval[0] > changeOfRandom.interval[1]) return ": clearly more";
  if (change.interval[1] < changeOfRandom.interval[0]) return ": clearly less";
  return ": no clear difference";
}
