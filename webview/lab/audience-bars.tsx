/** Who activates a neuron: the users who do most, and what is known of the tenth of users who do more than the others. */
import { useMemo } from "preact/hooks";
import type { NeuronDetail } from "../../src/protocol/neurons";
import { count, decimal, percent } from "../components/number-format";
import { ShareBars } from "./share-bars";

type Attribute = NeuronDetail["audience"][number];

const MOST_BARS = 12;

export function AudienceBars({ detail }: { detail: NeuronDetail }) {
  return (
    <>
      {detail.audience.map((attribute) => (
        <AttributeBars key={attribute.column} attribute={attribute} />
      ))}
    </>
  );
}

function AttributeBars({ attribute: { column, values } }: { attribute: Attribute }) {
  const bars = useMemo(
    () =>
      mostTelling(values).map(({ value, share, baseRate, users }) => ({
        name: value,
        share,
        baseRate,
        note: `${count(users)} users`,
      })),
    [values],
  );
  const left = values.length - bars.length;
  const most = values.reduce((best, value) =>
    value.share - value.baseRate > best.share - best.baseRate ? value : best,
  );
  return (
    <ShareBars
      title={`Users by ${column}${left > 0 ? `: the ${bars.length} values that differ most` : ""}`}
      spoken={`${column} of the tenth of users who activate it most: ${most.value} ${percent(most.share)}, of all users ${percent(most.baseRate)}`}
      axis="share of its top tenth of users | of all users"
      bars={bars}
      table={{
        columns: [
          { name: column },
          { name: "Share of its top tenth of users", shown: percent },
          { name: "Share of all users", shown: percent },
          { name: "Users", shown: count },
        ],
        rows: values.map(({ value, share, baseRate, users }) => [value, share, baseRate, users]),
      }}
    />
  );
}

/** Those whose share differs most from the base, in the order given, which may be that of ages. */
function mostTelling(values: Attribute["values"]): Attribute["values"] {
  const difference = ({ share, baseRate }: Attribute["values"][number]) => Math.abs(share - baseRate);
  const chosen = new Set(values.toSorted((a, b) => difference(b) - difference(a)).slice(0, MOST_BARS));
  return values.filter((value) => chosen.has(value));
}

export function TopUsers({ detail: { topUsers, largestUserActivation } }: { detail: NeuronDetail }) {
  if (topUsers.length === 0) return null;
  return (
    <table class="ranking">
      <caption>Users who activate it most</caption>
      <colgroup>
        <col class="column-rank" />
        <col class="column-id" />
        <col />
        <col class="column-activation" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col" class="number">
            #
          </th>
          <th scope="col">User</th>
          <th scope="col">Known of them</th>
          <th scope="col" class="number">
            Activation
          </th>
        </tr>
      </thead>
      <tbody>
        {topUsers.map(({ id, detail, activation }, index) => (
          <tr key={id}>
            <td class="number quiet">{index + 1}</td>
            <th scope="row" dir="auto" title={id}>
              {id}
            </th>
            <td class="quiet" dir="auto" title={detail}>
              {detail}
            </td>
            <td class="number activation">
              <meter class="bar" min={0} max={largestUserActivation || 1} value={activation} aria-hidden="true" />
              <span class="bar-value">{decimal(activation)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
