/** Neurons gathered by what they stand for. */
import { useContext, useState } from "preact/hooks";
import type { Structure } from "../../src/protocol/structure";
import { count } from "../components/number-format";
import { ChartMenu } from "./chart-menu";
import { NeuronLink, NeuronLinks, nameOf } from "./neuron-links";

const CLUSTERS_SHOWN = 10;
const NEURONS_SHOWN = 6;

export function NeuronClusters({ clusters }: { clusters: Structure["clusters"] }) {
  const { rows } = useContext(NeuronLinks);
  const [all, setAll] = useState(false);
  const several = clusters.filter(({ neurons }) => neurons.length > 1);
  const single = clusters.length - several.length;
  const table = () => ({
    columns: ["cluster", "neuron", "label"].map((name) => ({ name })),
    rows: clusters.flatMap(({ name, neurons }) => neurons.map((neuron) => [name, neuron, nameOf(rows, neuron)])),
  });
  return (
    <section class="finding chart" aria-labelledby="clusters-title">
      <div class="finding-head">
        <h3 id="clusters-title">Clusters</h3>
        {clusters.length > 0 && <ChartMenu title="Clusters of neurons" table={table} />}
      </div>
      <p class="quiet">
        {several.length === 0 ? "No two neurons stand for the same." : "Neurons that stand for the same, or nearly."}
        {several.length > 0 && single > 0 && ` ${count(single)} more are alone in theirs.`}
      </p>
      <ul class="clusters">
        {(all ? several : several.slice(0, CLUSTERS_SHOWN)).map((cluster) => (
          <Cluster key={cluster.name} cluster={cluster} />
        ))}
      </ul>
      {several.length > CLUSTERS_SHOWN && (
        <button type="button" class="toggle" onClick={() => setAll(!all)}>
          {all ? `Show the First ${CLUSTERS_SHOWN}` : `Show All ${count(several.length)}`}
        </button>
      )}
    </section>
  );
}

function Cluster({ cluster: { name, neurons } }: { cluster: Structure["clusters"][number] }) {
  const [all, setAll] = useState(false);
  const left = neurons.length - NEURONS_SHOWN;
  return (
    <li>
      <strong>
        <bdi>{name}</bdi>
      </strong>{" "}
      <span class="quiet numbers">{count(neurons.length)}</span>
      <ul class="link-list" aria-label={name}>
        {(all ? neurons : neurons.slice(0, NEURONS_SHOWN)).map((neuron) => (
          <li key={neuron}>
            <NeuronLink neuron={neuron} />
          </li>
        ))}
        {left > 0 && (
          <li>
            <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? "show fewer" : `and ${count(left)} more`}
            </button>
          </li>
        )}
      </ul>
    </li>
  );
}
