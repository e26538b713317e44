/** Pickles are programs; ours are run by a machine that knows nothing but tensors, and refuses the rest by name. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesInMemory } from "../../src/data/byte-source";
import { PickleGlobal, readPickle } from "../../src/data/pickle";
import { torchFormat } from "../../src/data/torch-format";
import {
  archive,
  built,
  called,
  dictionary,
  floats,
  global,
  integer,
  kept,
  legacy,
  list,
  none,
  pickle,
  recalled,
  stackGlobal,
  tensor,
  text,
  tuple,
} from "./pickle-bytes";
import { failure, scratchFile, scratchFolder } from "./scratch";

const NUMBERS = { 0: floats(1, 2, 3, 4, 5, 6) };
const bytes = (...parts: (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.of(part))));

function valueIn(content: Buffer): unknown {
  return readPickle(bytesInMemory(content, "a pickle", "a.pt"), {
    global: (name) => new PickleGlobal(name, (args) => args),
    persistent: (id) => ({ id }),
  }).value;
}

async function refused(content: Buffer, ...fragments: string[]): Promise<void> {
  const file = await scratchFile("model.pt", content);
  const error = await failure(torchFormat.describe(file), "file-format", ...fragments);
  expect(error.where.file).toBe(file);
}

describe("a pickle that asks for more than tensors", () => {
  const DANGEROUS = [
    ["os", "system"],
    ["posix", "system"],
    ["nt", "system"],
    ["subprocess", "Popen"],
    ["builtins", "eval"],
    ["builtins", "exec"],
    ["builtins", "getattr"],
    ["builtins", "__import__"],
    ["__builtin__", "eval"],
    ["builtins", "open"],
    ["runpy", "_run_code"],
    ["torch", "load"],
    ["torch.hub", "load"],
    ["torch.storage", "_load_from_bytes"],
    ["torch.cuda", "system"],
    ["numpy.testing._private.utils", "runstring"],
    ["operator", "attrgetter"],
    ["constructor", "constructor"],
    ["__proto__", "toString"],
  ];

  it.each(DANGEROUS)("is refused, naming %s.%s, in every form that a file has", async (module, name) => {
    const said = [`asks to run ${module}.${name}: refused, nothing was executed`, "state_dict"];
    const payload = text("touch marker");
    for (const callee of [global(module, name), stackGlobal(module, name)]) {
      const content = pickle(called(callee, payload), 4);
      await refused(content, ...said);
      await refused(archive(content, {}), ...said);
      await refused(legacy(content, []), ...said);
      await refused(
        archive(pickle(dictionary([text("w"), tensor()], [text("x"), called(callee, payload)])), NUMBERS),
        ...said,
      );
      // As the state of an object, and among the arguments of another call.
      await refused(archive(pickle(built(tensor(), called(callee, payload))), NUMBERS), ...said);
      await refused(
        archive(pickle(called(global("collections", "OrderedDict"), called(callee, payload))), {}),
        ...said,
      );
    }
    await refused(archive(pickle(bytes(`(`, text("x").toString("latin1"), `i${module}\n${name}\n`)), {}), ...said);
    await refused(archive(pickle(bytes("(", `c${module}\n${name}\n`, "o")), {}), ...said);
  });

  it("executes nothing", async () => {
    const marker = join(await scratchFolder(), "marker");
    await refused(archive(pickle(called(global("os", "system"), text(`touch ${marker}`))), {}), "os.system");
    await refused(
      archive(pickle(called(global("builtins", "eval"), text(`open(${JSON.stringify(marker)}, "w")`))), {}),
      "eval",
    );
    expect(existsSync(marker)).toBe(false);
  });

  it("cannot call what may only be named, nor rebuild a tensor by another name", async () => {
    await refused(archive(pickle(called(global("torch", "float16"), text("x"))), {}), "call torch.float16");
    const rebuild = (callee: Uint8Array) =>
      called(global("torch._tensor", "_rebuild_from_type_v2"), callee, global("torch", "Tensor"), tuple(), none);
    await refused(archive(pickle(rebuild(global("collections", "OrderedDict"))), {}), "a tensor that cannot be");
    await refused(
      archive(pickle(rebuild(global("torch._tensor", "_rebuild_from_type_v2"))), {}),
      "a tensor that cannot be",
    );
    await refused(archive(pickle(called(text("os.system"), text("x"))), {}), "what it calls is no name");
  });

  it("of a whole model says what to save instead", async () => {
    const asked = pickle(called(global("torch.nn.modules.sparse", "Embedding")));
    await refused(
      archive(asked, {}),
      "whole model (torch.nn.modules.sparse.Embedding)",
      "torch.save(model.state_dict()",
    );
  });
});

describe("a pickle that would not end", () => {
  it("of lists in lists is followed once, however often each is named", async () => {
    const parts = [kept(0, list(none))];
    for (let level = 1; level < 60; level++) {
      parts.push(kept(level, list(...Array.from({ length: 10 }, () => recalled(level - 1)))));
    }
    const file = await scratchFile("model.pt", archive(pickle(Buffer.concat(parts)), {}));
    expect(await torchFormat.describe(file)).toEqual([]);
  });

  it("of tensors in such lists is refused by their number", async () => {
    const parts = [kept(0, tensor())];
    for (let level = 1; level < 40; level++) {
      parts.push(kept(level, list(...Array.from({ length: 10 }, () => recalled(level - 1)))));
    }
    await refused(archive(pickle(Buffer.concat(parts)), NUMBERS), "more than 20000 tensors");
  });

  it("of containers that hold themselves, or a million others, is refused or passed over", async () => {
    const itself = bytes("]", "q", 0, "h", 0, "a");
    const file = await scratchFile("model.pt", archive(pickle(itself), {}));
    expect(await torchFormat.describe(file)).toEqual([]);
    const deep = Buffer.concat([Buffer.alloc(500_000, "]"), Buffer.alloc(499_999, "a")]);
    await refused(archive(pickle(deep), {}), "nested more than 100 deep");
  });

  it.each([
    ["dictionaries", "}", 1_000_000],
    ["tuples in tuples", "\x85", 2_000_000],
    ["values that nobody takes", "N", 8_000_000],
    ["values that are taken back", "N0", 20_000_000],
    ["numbers as text", "I1\n0", 10_000_000],
    ["texts with escapes", `S'${"\\x41".repeat(1_000)}'\n0`, 10_000_000],
    ["dictionaries that a call makes", "ccollections\nOrderedDict\n)R", 10_000_000],
    ["what it kept", "h\x000", 20_000_000],
  ])("of %s without end is given up", (_, part, length) => {
    const content = bytes(0x80, 2, "Nq", 0, Buffer.alloc(length, part, "latin1").toString("latin1"));
    expect(() => valueIn(content)).toThrow("would grow beyond 256 MiB");
  });

  it("is given up in a file of several pickles by what they take together", async () => {
    const long = Buffer.concat([Buffer.alloc(9_000_000, "N0"), Buffer.from(integer(1001))]);
    const magic = Buffer.from("8a0a6cfc9c46f9206aa85019", "hex");
    await refused(Buffer.concat([pickle(magic), pickle(long), pickle(long)]), "would grow beyond 256 MiB");
  });

  it("is none for its length: a vocabulary of half a million words is read", () => {
    const words = Array.from({ length: 500_000 }, (_, index) => `item-${index}`);
    const entries = words.map((word, index) => Buffer.concat([kept(index + 1, text(word)), integer(index)]));
    const read = valueIn(pickle(Buffer.concat([kept(0, bytes("}")), bytes("("), ...entries, bytes("u")])));
    expect((read as Map<string, number>).get("item-499999")).toBe(499_999);
    expect((read as Map<string, number>).size).toBe(words.length);
  });

  it("promises nothing that is not there", async () => {
    const promise = (...parts: (string | number)[]) => archive(bytes(0x80, 4, ...parts), {});
    const file = await scratchFile("model.pt", promise("X", "\xff\xff\xff\xff"));
    await failure(torchFormat.describe(file), "file-truncated", "4294967295 bytes are promised where 0 are left");
    for (const parts of [
      ["B\xff\xff\xff\x7f"],
      ["\x8e", "\xff".repeat(8)],
      ["\x95", "\xff".repeat(8)],
      ["c".padEnd(40, "x")],
      ["("],
    ]) {
      await failure(torchFormat.describe(await scratchFile("model.pt", promise(...parts))), "file-truncated");
    }
    await refused(promise("\x8b", "\xc8\0\0\0", "\x01".repeat(200), "."), "an integer has 200 bytes");
  });
});

describe("a damaged pickle", () => {
  it.each([
    ["takes what it never made", bytes(0x80, 2, ".")],
    ["takes below its mark", bytes(0x80, 2, "N(R.")],
    ["goes back without a mark", bytes(0x80, 2, "Nt.")],
    ["recalls what it never kept", bytes(0x80, 2, "h", 7, ".")],
    ["appends to a number", bytes(0x80, 2, "K", 1, "Na.")],
    ["sets items of a list", bytes(0x80, 2, "]NNs.")],
    ["has a key without value", bytes(0x80, 2, "(Nd.")],
    ["adds to what is no set", bytes(0x80, 4, "](N\x90.")],
    ["is of the future", bytes(0x80, 9, "N.")],
    ["has an unknown instruction", bytes(0x80, 2, "\xfe.")],
    ["uses an extension code", bytes(0x80, 2, "\x82", 1, ".")],
    ["uses a buffer beside it", bytes(0x80, 5, "\x97.")],
    ["refers to a storage that is none", bytes(0x80, 2, "K", 1, "Q.")],
  ])("that %s is refused with the byte", async (_, content) => {
    await refused(archive(content, {}), "data.pkl", "damaged");
  });

  it("is refused wherever it ends", async () => {
    const content = pickle(dictionary([text("weight"), tensor()]));
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), async (end) => {
        const part = await scratchFile("model.pt", archive(content.subarray(0, end), NUMBERS));
        await failure(torchFormat.describe(part), "file-truncated");
      }),
      { numRuns: 40 },
    );
  });
});

describe("values of a pickle", () => {
  it.each<[string, Buffer, unknown]>([
    [
      "numbers",
      bytes("(K", 7, "M\x01\x02J\xff\xff\xff\xffG\x3f\xf8\0\0\0\0\0\0I-5\nL12L\nF2.5\nt."),
      [7, 513, -1, 1.5, -5, 12, 2.5],
    ],
    ["truths", bytes("(\x88\x89NI01\nI00\nt."), [true, false, null, true, false]],
    ["long integers", bytes("(\x8a", 0, "\x8a", 1, "\x80\x8a", 9, "\0\0\0\0\0\0\0\0\x01t."), [0, -128, 1n << 64n]],
    [
      "texts",
      bytes("(X", 2, "\0\0\0\xc3\xa9\x8c", 1, "aU", 1, "\xe9S'it\\'s'\nVa\\u00e9\nt."),
      ["é", "a", "é", "it's", "aé"],
    ],
    ["bytes", bytes("(C", 1, "\xffB", 1, "\0\0\0\x00t."), [Buffer.of(255), Buffer.of(0)]],
    [
      "containers",
      bytes("(](K", 1, "K", 2, "e}N\x88s\x8f(N\x90NN\x86\x85t."),
      [[1, 2], new Map([[null, true]]), new Set([null]), [[null, null]]],
    ],
    ["what is kept", bytes("(]q", 3, "0h", 3, "N\x940\x94t."), [[]]],
    ["what is dropped", bytes("(N2(K", 1, "K", 2, "10t."), [null]],
  ])("are read: %s", (_, content, value) => {
    expect(valueIn(content)).toEqual(value);
  });

  it("are integers of any sign and size that a model needs", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        const expected = Number.isSafeInteger(Number(number)) ? Number(number) : number;
        expect(valueIn(pickle(integer(number)))).toBe(expected);
      }),
    );
  });
});
