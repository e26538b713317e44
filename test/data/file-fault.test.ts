import { describe, expect, it } from "vitest";
import { faultCode, readFault, writeFault } from "../../src/data/file-fault";
import { RecPrismError } from "../../src/protocol/error";

const systemError = (code: string) =>
  Object.assign(new Error(`${code}: open '/data/items.npy'`), { code, syscall: "open" });

describe("a fault of the file system", () => {
  it.each([
    ["ENOENT", "file-missing", "does not exist"],
    ["ENOTDIR", "file-missing", "does not exist"],
    ["EACCES", "file-unreadable", "permission"],
    ["EISDIR", "file-unreadable", "is a folder"],
    ["EIO", "file-unreadable", "EIO"],
  ] as const)("%s while reading becomes %s with the file and a remedy", (code, reason, said) => {
    const fault = readFault(systemError(code), "/data/items.npy") as RecPrismError;
    expect(fault).toBeInstanceOf(RecPrismError);
    expect(fault.reason).toBe(reason);
    expect(fault.message).toContain("/data/items.npy");
    expect(fault.message).toContain(said);
    expect(fault.where).toEqual({ file: "/data/items.npy" });
  });

  it("leaves what is no system error as it is", () => {
    const others = [new TypeError("a bug"), new RecPrismError("cancelled", "stopped"), "text", undefined];
    for (const other of others) {
      expect(faultCode(other)).toBeUndefined();
      expect(readFault(other, "a")).toBe(other);
      expect(writeFault(other, "a")).toBe(other);
    }
  });
});
