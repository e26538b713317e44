/** The items that excite a neuron most. */
import type { NeuronDetail } from "../../src/protocol/engine";
import { decimal } from "../components/number-format";

export function TopItems({ detail }: { detail: NeuronDetail }) {
  const { topItems, evidence, largestItemActivation } = detail;
  const judged = topItems.some((item) => item.bearsConcept !== null);
  const concept = evidence?.label ?? "concept";
  if (topItems.length === 0) return <p class="note">No item activates this neuron, so there are none to show.</p>;
  return (
    <table class="top-items">
      <caption>Items that activate it most</caption>
      <thead>
        <tr>
          <th scope="col" class="number">
            #
          </th>
          <th scope="col">Title</th>
          <th scope="col" class="number">
            Year
          </th>
          <th scope="col">Tags</th>
          {judged && <th scope="col">{concept}</th>}
          <th scope="col" class="number">
            Activation
          </th>
        </tr>
      </thead>
      <tbody>
        {topItems.map((item, index) => (
          <tr key={item.row}>
            <td class="number quiet">{index + 1}</td>
            <th scope="row">{item.title}</th>
            <td class="number">{item.year ?? ""}</td>
            <td class="tags quiet">{item.tags.join(", ")}</td>
            {judged && <td>{item.bearsConcept ? "✓ yes" : "no"}</td>}
            <td class="number activation">
              <meter class="bar" min={0} max={largestItemActivation || 1} value={item.activation} aria-hidden="true" />
              {decimal(item.activation)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
