/** Runs generated Python in a process of its own: isolated, in a temporary folder, for a limited time. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { CodeInput } from "../codegen/code-input";
import { itemsOfUser } from "../data/dataset";
import { gatheredRows, inMemory, matrix } from "../data/matrix";
import { writeNpy } from "../data/npy";
import type { GeneratedCode } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import {
  answerByVectors,
  type CodeAnswer,
  type CodeQuestions,
  type CodeRun,
  editedItems,
  rulesKey,
} from "./code-answers";

/** No module of the user's, no variable of the environment and no current folder takes part; nothing is left beside the code. */
const ISOLATED = ["-I", "-B"];
/** The system's is asked where one in front of it on the path has no NumPy. */
const CANDIDATES = process.platform === "win32" ? ["python", "python3"] : ["python3", "/usr/bin/python3"];
const LONGEST_LOOK = 20_000;
const LONGEST_RUN = 300_000;
/** Of what a failing program says. */
const LONGEST_COMPLAINT = 2000;

/** A Python with NumPy; null where there is none. */
export async function pythonWithNumpy(): Promise<string | null> {
  for (const python of CANDIDATES) {
    try {
      await promisify(execFile)(python, [...ISOLATED, "-c", "import numpy"], { timeout: LONGEST_LOOK, cwd: tmpdir() });
      return python;
    } catch {
      // Looked for further on.
    }
  }
  return null;
}

/** The code took longer than anyone waits for it: it is neither right nor wrong. */
export class PythonTooSlow extends Error {}

/**
 * @param files the code first, what lies beside it after that
 * @param signal ends the process
 * @returns a run that rejects with "export-differs" where the code fails, and with `PythonTooSlow`
 */
export function runPython(
  python: string,
  input: CodeInput,
  files: GeneratedCode["files"],
  signal?: AbortSignal,
): CodeRun {
  return async function* (questions, pace) {
    const folder = await mkdtemp(join(tmpdir(), "recprism-export-"));
    try {
      await writeQuestions(folder, files, questions);
      const child = spawn(python, [...ISOLATED, "ask.py"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      const kill = () => void child.kill("SIGKILL");
      const limit = setTimeout(kill, LONGEST_RUN);
      signal?.addEventListener("abort", kill);
      try {
        const ended = new Promise<string | null>((resolve) => {
          child.once("error", ({ message }) => resolve(message));
          child.once("close", () => resolve(null));
        });
        const complaint = complaintOf(child);
        const answer = answering(input, questions);
        let answered = 0;
        for await (const line of createInterface({ input: child.stdout })) {
          await pace(answered / questions.users.length);
          yield answer(JSON.parse(line), questions.users[answered]);
          answered++;
        }
        await pace(1);
        if (answered === questions.users.length) return;
        const fault = (await ended) ?? (await complaint);
        if (child.signalCode !== null) throw new PythonTooSlow();
        throw new RecPrismError(
          "export-differs",
          `The generated Python failed when it was run: ${fault}. Nothing was written. Please report this with the config.`,
        );
      } finally {
        clearTimeout(limit);
        signal?.removeEventListener("abort", kill);
        kill();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** The last line that the process writes to standard error, once it has ended. */
async function complaintOf({ stderr }: Pick<ChildProcess, "stderr">): Promise<string> {
  let text = "";
  for await (const piece of stderr ?? []) text = (text + piece).slice(-LONGEST_COMPLAINT);
  return text.trim().split("\n").at(-1) ?? "";
}

async function writeQuestions(
  folder: string,
  files: GeneratedCode["files"],
  { context, users: asked, sample, k, rules }: CodeQuestions,
): Promise<void> {
  const { users, items, interactions } = context.dataset;
  // In a folder of its own: it may be called as any other file here.
  await mkdir(join(folder, "code"));
  for (const { name, content } of files) await writeFile(join(folder, "code", name), content);
  await writeNpy(join(folder, "users.npy"), gatheredRows(users.embeddings, asked));
  await writeNpy(join(folder, "items.npy"), inMemory(items.embeddings));
  if (items.bias !== null) {
    await writeNpy(join(folder, "item_bias.npy"), matrix(items.bias.length, 1, items.bias));
  }
  const given = {
    code: `code/${files[0].name}`,
    k,
    sample: Array.from(sample),
    itemIds: [...items.ids],
    edited: Array.from(editedItems(rules)),
    users: asked.map((user) => ({
      id: users.ids.at(user),
      bias: users.bias?.[user] ?? 0,
      seen: Array.from(itemsOfUser(interactions, user)),
      rules: rulesKey(rules, user),
    })),
  };
  await writeFile(join(folder, "questions.json"), JSON.stringify(given));
  await writeFile(join(folder, "ask.py"), ASK);
}

interface VectorsLine {
  vector: number[];
  /** Of the edited items; absent where users of the same rules had them before. */
  items?: number[][];
  hidden?: number[];
}

type AnswerLine = CodeAnswer | VectorsLine;

function answering(
  { recommender }: CodeInput,
  questions: CodeQuestions,
): (line: AnswerLine, user: number) => CodeAnswer | Promise<CodeAnswer> {
  if (recommender !== "onnx") return (line) => line as CodeAnswer;
  const rows = editedItems(questions.rules);
  const ofItems = new Map<string, { vectors: Float64Array[]; hidden: Uint32Array }>();
  return async (line, user) => {
    const { vector, items, hidden } = line as VectorsLine;
    const key = rulesKey(questions.rules, user);
    if (items !== undefined && hidden !== undefined) {
      ofItems.set(key, { vectors: items.map((x) => Float64Array.from(x)), hidden: Uint32Array.from(hidden) });
    }
    const known = ofItems.get(key)!;
    return answerByVectors(questions, user, vector, { rows, vectors: known.vectors }, known.hidden);
  };
}

/** Answers a line a user. Numbers are written with all their digits. */
const ASK = `import importlib.machinery, importlib.util, json, os, sys
import numpy as np

with open("questions.json", encoding="utf-8") as file:
    given = json.load(file)
path = os.path.abspath(given["code"])
loader = importlib.machinery.SourceFileLoader("steering", path)
spec = importlib.util.spec_from_file_location("steering", path, loader=loader)
code = importlib.util.module_from_spec(spec)
loader.exec_module(code)
users = np.load("users.npy")
items = np.load("items.npy")
bias = np.load("item_bias.npy") if os.path.exists("item_bias.npy") else None
edited = np.array(given["edited"], dtype=np.intp)
edited_ids = [given["itemIds"][item] for item in given["edited"]]
known = set()
for vector, user in zip(users, given["users"]):
    if hasattr(code, "recommend"):
        of_user = {"user_id": user["id"], "item_ids": given["itemIds"]}
        scores = code.score_items(vector, items, bias, user["bias"], **of_user)
        rows = code.recommend(vector, items, bias, user["bias"], user["seen"], given["k"], **of_user)
        answer = {"list": rows.tolist(), "scores": scores[rows].tolist(), "sampleScores": scores[given["sample"]].tolist()}
    else:
        answer = {"vector": code.steer(vector, user["id"]).tolist()}
        if user["rules"] not in known:
            known.add(user["rules"])
            answer["items"] = code.steer_items(items[edited], edited_ids, user["id"]).tolist()
            answer["hidden"] = np.flatnonzero(code.hidden_items(items, user["id"])).tolist()
    print(json.dumps(answer), flush=True)
`;
