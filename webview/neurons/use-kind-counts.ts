/** How many neurons there are of each kind. */
import { useEffect, useState } from "preact/hooks";
import type { ConceptKind } from "../../src/protocol/artifact";
import type { NeuronsHost } from "../../src/protocol/webview";
import { KINDS } from "../components/concept-kind";
import { asked, type Remote } from "../components/host";

/** Null until they are known, and where they cannot be. */
export function useKindCounts(
  host: Remote<NeuronsHost>,
  labelsVersion: number,
): ReadonlyMap<ConceptKind, number> | null {
  const [counts, setCounts] = useState<ReadonlyMap<ConceptKind, number> | null>(null);
  useEffect(() => {
    let wanted = true;
    void countsOf(host).then((found) => {
      if (wanted) setCounts(found);
    });
    return () => {
      wanted = false;
    };
  }, [host, labelsVersion]);
  return counts;
}

async function countsOf(host: Remote<NeuronsHost>): Promise<ReadonlyMap<ConceptKind, number> | null> {
  const answers = await Promise.all(KINDS.map((kind) => asked(host.neurons({ kinds: [kind], limit: 0 }))));
  const counts = new Map<ConceptKind, number>();
  for (const [index, answer] of answers.entries()) {
    if (!answer.ok) return null;
    counts.set(KINDS[index], answer.value.total);
  }
  return counts;
}
