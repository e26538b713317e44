/** What a neuron does to scores: the items that gain and that lose most when it is turned up. */
import type { ItemSummary, NeuronDetail } from "../../src/protocol/neurons";
import { count, decimal, signedChange } from "../components/number-format";

export function ScoreEffect({ detail: { effect } }: { detail: NeuronDetail }) {
  const { by, sampledUsers, sampledItems, gains, losses } = effect;
  const largest = Math.max(0, ...[...gains, ...losses].map(({ change }) => Math.abs(change)));
  if (gains.length === 0 && losses.length === 0) return null;
  return (
    <section class="score-effect" aria-labelledby="effect">
      <h3 id="effect">What it does to scores</h3>
      <p class="quiet numbers">
        Change of score when a user's activation rises by {decimal(by)}, which is typical of users
        {sampledUsers === null ? "" : `; a mean over ${count(sampledUsers)} users`}
        {sampledItems === null ? "." : `, of ${count(sampledItems)} items drawn at random.`}
      </p>
      <div class="two-lists">
        <Changes name="Gain most" items={gains} largest={largest} />
        <Changes name="Lose most" items={losses} largest={largest} />
      </div>
    </section>
  );
}

interface ChangesProps {
  name: string;
  items: readonly (ItemSummary & { change: number })[];
  /** Of all changes shown, in size. */
  largest: number;
}

function Changes({ name, items, largest }: ChangesProps) {
  return (
    <table class="ranking">
      <colgroup>
        <col />
        <col class="column-change" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col" class="number">
            Change
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ row, title, change }) => (
          <tr key={row}>
            <th scope="row" dir="auto" title={title}>
              {title}
            </th>
            <td class="number">{signedChange(change, largest)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
