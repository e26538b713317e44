import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latestWins } from "../../webview/components/latest-wins";

/** Work whose end the test decides. */
class Workshop {
  readonly started: number[] = [];
  private finish: (() => void)[] = [];

  readonly run = (request: number): Promise<number> => {
    this.started.push(request);
    return new Promise((resolve) => this.finish.push(() => resolve(request)));
  };

  get inFlight(): number {
    return this.finish.length;
  }

  async finishOne(): Promise<void> {
    this.finish.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("requests faster than their work", () => {
  it("runs the first and the newest, and skips what came between", async () => {
    const workshop = new Workshop();
    const delivered: number[] = [];
    const ask = latestWins(workshop.run, (result) => delivered.push(result));
    for (const request of [1, 2, 3, 4]) ask(request);
    await workshop.finishOne();
    await workshop.finishOne();
    expect(workshop.started).toEqual([1, 4]);
    expect(delivered).toEqual([1, 4]);
  });

  it("goes on after a run that failed", async () => {
    const delivered: string[] = [];
    const unhandled: unknown[] = [];
    const catchIt = (reason: unknown) => unhandled.push(reason);
    process.once("unhandledRejection", catchIt);
    const ask = latestWins(
      async (request: string) => {
        if (request === "bad") throw new Error("broken");
        return request;
      },
      (result) => delivered.push(result),
    );
    ask("bad");
    ask("good");
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("unhandledRejection", catchIt);
    expect(delivered).toEqual(["good"]);
  });

  it("never has two in flight and always ends with the newest, however requests and ends fall", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("ask", "finish"), { minLength: 1, maxLength: 40 }), async (events) => {
        const workshop = new Workshop();
        const delivered: number[] = [];
        const ask = latestWins(workshop.run, (result) => delivered.push(result));
        let newest: number | undefined;
        for (const [time, event] of events.entries()) {
          if (event === "ask") {
            newest = time;
            ask(time);
          } else {
            await workshop.finishOne();
          }
          expect(workshop.inFlight).toBeLessThanOrEqual(1);
        }
        while (workshop.inFlight > 0) await workshop.finishOne();
        expect(delivered.at(-1)).toBe(newest);
        expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});
