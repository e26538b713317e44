/** Views hear of changes at once, and of a job's progress about ten times a second. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PROGRESS_INTERVAL_MS, StateRelay } from "../../src/host/state-relay";
import type { SharedState } from "../../src/protocol/webview";
import { job } from "./examples";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NONE: number[] = [];

function atStep(step: number, changes: Partial<SharedState> = {}): SharedState {
  const running = job();
  running.progress.step = step;
  const nothing = { project: null, neuron: null, compared: NONE, labelsVersion: 0, error: null, busy: null };
  return { ...nothing, job: running, ...changes };
}

function relay() {
  const sent: SharedState[] = [];
  return { sent, relay: new StateRelay((state) => sent.push(state)) };
}

describe("a view", () => {
  it("hears of progress at a bounded rate, and of the last of it", () => {
    const { sent, relay: to } = relay();
    for (let step = 0; step <= 1000; step++) {
      to.push(atStep(step));
      vi.advanceTimersByTime(1);
    }
    vi.runAllTimers();
    expect(sent.length).toBeGreaterThan(8);
    expect(sent.length).toBeLessThan(1000 / PROGRESS_INTERVAL_MS + 3);
    expect(sent.at(-1)?.job?.progress.step).toBe(1000);
  });

  it("hears of a selection at once even while a job runs", () => {
    const { sent, relay: to } = relay();
    to.push(atStep(1));
    to.push(atStep(2));
    to.push(atStep(2, { neuron: 13 }));
    expect(sent.map(({ neuron }) => neuron)).toEqual([null, 13]);
    vi.runAllTimers();
    expect(sent).toHaveLength(2);
  });

  it("hears at once that labels changed, what is compared and which tab is asked for", () => {
    const { sent, relay: to } = relay();
    const compared: number[] = [];
    to.push(atStep(1, { compared }));
    to.push(atStep(2, { compared, labelsVersion: 1 }));
    to.push(atStep(3, { compared: [1, 2], labelsVersion: 1 }));
    to.push(atStep(4, { compared: [1, 2], labelsVersion: 1, tab: { name: "audit", asked: 5 } }));
    expect(sent).toHaveLength(4);
  });

  it("hears of a job's end at once", () => {
    const { sent, relay: to } = relay();
    to.push(atStep(1));
    to.push({ ...atStep(2), job: job({ state: "done" }) });
    expect(sent.at(-1)?.job?.state).toBe("done");
  });

  it("hears nothing once it is gone", () => {
    const { sent, relay: to } = relay();
    to.push(atStep(1));
    to.push(atStep(2));
    to.dispose();
    vi.runAllTimers();
    expect(sent).toHaveLength(1);
  });
});
