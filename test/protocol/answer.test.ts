import { describe, expect, it } from "vitest";
import { answered, unwrapped } from "../../src/protocol/answer";
import { RecPrismError } from "../../src/protocol/error";

describe("answers across a process border", () => {
  it("carry a value through", async () => {
    expect(unwrapped(structuredClone(await answered(() => ({ rows: 3 }))))).toEqual({ rows: 3 });
  });

  it("carry a fault through with its reason and place, which errors lose when they are copied", async () => {
    const fault = new RecPrismError("value-not-finite", "items.npy has NaN in row 7.", { file: "items.npy", row: 7 });
    const answer = structuredClone(
      await answered(() => {
        throw fault;
      }),
    );
    expect(() => unwrapped(answer)).toThrow(fault);
    expect(answer).toMatchObject({ ok: false, error: { reason: "value-not-finite", where: { row: 7 } } });
  });

  it("say that a fault which is not a user's is our own", async () => {
    const answer = await answered(async () => {
      throw new TypeError("x is undefined");
    });
    expect(answer).toMatchObject({ ok: false, error: { reason: "internal", where: {} } });
    expect(() => unwrapped(answer)).toThrow(/fault of its own: x is undefined/);
  });
});
