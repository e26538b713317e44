/** Which neurons are chosen to be dealt with together: by number, so that they outlive another search or order. */
import { useMemo, useRef, useState } from "preact/hooks";

export interface ChosenNeurons {
  chosen: ReadonlySet<number>;
  clear(): void;
  /** The row from which a range begins. */
  from(index: number): void;
  /** Adds the neuron or takes it out. `active` joins in where it is the first: it looked chosen already. */
  toggle(index: number, neuron: number, active: number | null): void;
  /** Chooses the rows between the last one moved to and this one, and no others. */
  extend(index: number, active: number): void;
}

/** @param neuronsAt numbers of the rows between two indices, both included */
export function useChosenNeurons(
  neuronsAt: (first: number, last: number) => readonly number[] | Promise<readonly number[]>,
): ChosenNeurons {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const anchor = useRef<number | null>(null);
  const asked = useRef(0);
  return useMemo(
    () => ({
      chosen,
      clear() {
        asked.current++;
        anchor.current = null;
        setChosen(new Set());
      },
      from(index) {
        anchor.current = index;
      },
      toggle(index, neuron, active) {
        asked.current++;
        anchor.current = index;
        const next = new Set(chosen);
        if (next.size === 0 && active !== null && active !== neuron) next.add(active);
        if (!next.delete(neuron)) next.add(neuron);
        setChosen(next);
      },
      extend(index, active) {
        const question = ++asked.current;
        anchor.current ??= active < 0 ? index : active;
        const between = neuronsAt(Math.min(anchor.current, index), Math.max(anchor.current, index));
        const choose = (neurons: readonly number[]) => {
          if (question === asked.current) setChosen(new Set(neurons));
        };
        if (between instanceof Promise) void between.then(choose);
        else choose(between);
      },
    }),
    [chosen, neuronsAt],
  );
}
