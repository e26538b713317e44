/** Keeps long work in one process polite: messages get in, progress gets out, a cancel ends it. */
import { RecPrismError } from "../protocol/error";

export interface PaceHooks {
  /** Share of the work that is done, in [0, 1]. */
  progress(share: number): void;
  cancelled(): boolean;
}

/**
 * Awaited between pieces of the work.
 *
 * @throws RecPrismError "cancelled"
 */
export type Pace = (share: number) => Promise<void>;

const YIELD_MILLISECONDS = 30;

export function paceOf(hooks: PaceHooks): Pace {
  let yielded = performance.now();
  return async (share) => {
    if (performance.now() - yielded >= YIELD_MILLISECONDS) {
      await new Promise((resolve) => setImmediate(resolve));
      yielded = performance.now();
      hooks.progress(share);
    }
    if (hooks.cancelled()) throw new RecPrismError("cancelled", "Measuring was cancelled.");
  };
}

/** For work that answers a person at once: nobody watches or cancels it, but others get their turn. */
export function unwatchedPace(): Pace {
  return paceOf({ progress: () => {}, cancelled: () => false });
}

/** The pace of a part of the work, whose share goes from `from` to `to` of the whole. */
export function partOf(pace: Pace, from: number, to: number): Pace {
  return (share) => pace(from + share * (to - from));
}
