/** Edits as the Lab shows them: neurons of one concept that are edited alike are one row with one strength. */
import type { Edit, EditOperation } from "../../src/protocol/steering";

export interface EditGroup {
  /** At least one, none twice. */
  neurons: readonly number[];
  /** Of all of them. */
  label: string | undefined;
  operation: EditOperation;
  /** 0 where it is `suppress`. */
  value: number;
}

/** One edit per neuron, as recipes and configs have them. */
export function editsOf({ neurons, label, operation, value }: EditGroup): Edit[] {
  return neurons.map((neuron) => {
    const named = label === undefined ? { neuron } : { neuron, label };
    return operation === "suppress" ? { ...named, operation } : { ...named, operation, value };
  });
}

/** Neighbours of the same label, operation and value become one; edits without a label stay alone. */
export function groupsOf(edits: readonly Edit[]): EditGroup[] {
  const groups: EditGroup[] = [];
  for (const edit of edits) {
    const last = groups.at(-1);
    if (last !== undefined && belongs(edit, last)) {
      groups[groups.length - 1] = { ...last, neurons: [...last.neurons, edit.neuron] };
    } else {
      const { neuron, label, operation } = edit;
      groups.push({ neurons: [neuron], label, operation, value: strengthOf(edit) });
    }
  }
  return groups;
}

function belongs(edit: Edit, { neurons, label, operation, value }: EditGroup): boolean {
  return (
    isName(label) &&
    edit.label === label &&
    edit.operation === operation &&
    strengthOf(edit) === value &&
    !neurons.includes(edit.neuron)
  );
}

/** How strong an edit is; suppressing is setting to 0. */
export function strengthOf(edit: Edit): number {
  return edit.operation === "suppress" ? 0 : edit.value;
}

/** What edits or filters are called: the label they were made with, or the neuron's number. */
export function neuronsName(label: string | undefined, neurons: readonly number[]): string {
  return isName(label) ? label : `neuron ${neurons.join(", ")}`;
}

function isName(label: string | undefined): label is string {
  return label !== undefined && label !== "";
}
