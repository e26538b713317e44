/** The least a manifest can say: two matrices whose rows are numbered. */
import { type Manifest, manifestSchema } from "../src/protocol/manifest";

export function minimalManifest(name: string): Manifest {
  const ids = { rule: "row-number", first: 0 } as const;
  return manifestSchema.parse({
    version: 1,
    name,
    items: { embeddings: "items.npy", ids },
    users: { embeddings: "users.npy", ids },
  });
}
