/** Which of the matrices are items, which users, and which their biases. */
import type { Candidate, ProposalDraft } from "./proposal-draft";
import { namesInteractions, type Side, subjectOfFile } from "./recognise";
import type { FoundMatrix, FoundTable, Scan } from "./scan";

export interface ChosenMatrices {
  item: FoundMatrix | null;
  user: FoundMatrix | null;
  itemBias: FoundMatrix | null;
  userBias: FoundMatrix | null;
}

/** @param given the file a person pointed at, relative to the folder */
export function chooseMatrices(draft: ProposalDraft, scan: Scan, given: string | undefined): ChosenMatrices {
  const matrices = scan.matrices.filter(({ rows, columns }) => rows > 0 && columns > 1);
  const pair = bestPair(draft, matrices, scan.tables, given);
  const faults = scan.faults.filter(({ file }) => file.endsWith(".npy")).map(({ message }) => ` ${message}`);
  const ask = (side: Side, automatic: FoundMatrix | undefined) => {
    const name = side === "item" ? "Item embeddings" : "User embeddings";
    const none = `no matrix was found for them. RecPrism needs the embeddings of both items and users, each a .npy file of float32 or float64.${faults.slice(0, 3).join("")}`;
    const candidates = matrices.filter((matrix) => subjectOfFile(matrix.file).side !== other(side));
    // A person may know better than a name does.
    candidates.push(...matrices.filter((matrix) => !candidates.includes(matrix)));
    return draft.choose(
      { role: `${side}-embeddings`, name, required: true, none },
      candidates.map(described),
      automatic?.file,
    );
  };
  const item = ask("item", pair.item);
  const user = ask("user", pair.user);
  if (item !== null && user !== null) {
    if (item.file === user.file) {
      draft.problems.push(`${item.file} is chosen for items and for users. Choose another matrix for one of them.`);
    } else if (item.columns !== user.columns) {
      draft.problems.push(
        `${item.file} has ${item.columns} columns but ${user.file} has ${user.columns}. Choose items and users of the same model.`,
      );
    }
  }
  return {
    item,
    user,
    itemBias: chooseBias(draft, scan, "item", item),
    userBias: chooseBias(draft, scan, "user", user),
  };
}

/** The first pair that best agrees in names, dimensions, folder and numbers of rows. */
function bestPair(
  draft: ProposalDraft,
  matrices: FoundMatrix[],
  tables: FoundTable[],
  given: string | undefined,
): { item?: FoundMatrix; user?: FoundMatrix } {
  const givenSide = given === undefined ? undefined : (subjectOfFile(given).side ?? "item");
  const options = (side: Side) => {
    const wanted = draft.said(`${side}-embeddings`) ?? (givenSide === side ? given : undefined);
    const forced = matrices.filter(({ file }) => file === wanted);
    return forced.length > 0 ? forced : matrices.filter(({ file }) => subjectOfFile(file).side !== other(side));
  };
  let best: { item?: FoundMatrix; user?: FoundMatrix } = {};
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const item of options("item")) {
    for (const user of options("user")) {
      if (item === user) continue;
      const score =
        (item.columns === user.columns ? 16 : 0) +
        evidence(item, "item", tables) +
        evidence(user, "user", tables) +
        (folderOf(item.file) === folderOf(user.file) ? 2 : 0);
      if (score > bestScore) [best, bestScore] = [{ item, user }, score];
    }
  }
  if (best.item === undefined)
    return { item: options("item")[0], user: options("user").find((one) => one !== options("item")[0]) };
  const unsure = [best.item, best.user].every((one) => one !== undefined && subjectOfFile(one.file).side === null);
  if (unsure) draft.notes.push("No file name says which matrix is items and which users. Check that choice.");
  return best;
}

function evidence({ file, rows }: FoundMatrix, side: Side, tables: FoundTable[]): number {
  const named = subjectOfFile(file).side === side ? 4 : 0;
  const tableAgrees = tables.some(
    (table) => table.rows === rows && subjectOfFile(table.file).side === side && !namesInteractions(table.file),
  );
  return named + (tableAgrees ? 3 : 0);
}

function chooseBias(draft: ProposalDraft, scan: Scan, side: Side, of: FoundMatrix | null): FoundMatrix | null {
  const fitting = scan.matrices.filter(({ rows, columns }) => of !== null && columns === 1 && rows === of.rows);
  const automatic = fitting.find(({ file }) => {
    const subject = subjectOfFile(file);
    return of !== null && subject.bias && subject.side === side && folderOf(file) === folderOf(of.file);
  });
  const misfit = scan.matrices.find(({ file, rows }) => {
    const subject = subjectOfFile(file);
    return (
      of !== null && subject.bias && subject.side === side && rows !== of.rows && folderOf(file) === folderOf(of.file)
    );
  });
  if (misfit !== undefined && of !== null) {
    draft.notes.push(`${misfit.file} is left out: it has ${misfit.rows} values but ${of.file} has ${of.rows} rows.`);
  }
  return draft.choose(
    {
      role: `${side}-bias`,
      name: side === "item" ? "Item bias" : "User bias",
      required: false,
      none: "none; scores are the dot product alone",
    },
    fitting.map(described),
    automatic?.file,
  );
}

function described(matrix: FoundMatrix): Candidate<FoundMatrix> {
  const { file, rows, columns, dtype } = matrix;
  return { value: file, detail: `${rows.toLocaleString("en")} x ${columns} ${dtype}`, found: matrix };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

function other(side: Side): Side {
  return side === "item" ? "user" : "item";
}
