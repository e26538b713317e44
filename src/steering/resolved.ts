/** Rules whose audiences and item selections have become rows: what is left is arithmetic. */
import type { Edit, Filter, SteeringMode } from "../protocol/steering";

export interface ResolvedRule {
  name: string;
  mode: SteeringMode;
  /** Rows of the users it is for, ascending; null for everyone, those of the future too. */
  members: Uint32Array | null;
  /** On users. */
  edits: Edit[];
  /** On items, in the lists of the members alone; rows ascending. */
  itemEdits: { rows: Uint32Array; edits: Edit[] }[];
  filters: Filter[];
}
