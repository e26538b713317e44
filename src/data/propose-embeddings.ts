/** Which of the matrices are items, which users, and which their biases. */
import type { Candidate, ProposalDraft } from "./proposal-draft";
import { kinship, namesEmbeddings, namesInteractions, type Side, subjectOfArray, subjectOfFile } from "./recognise";
import type { FoundMatrix, FoundTable, Scan } from "./scan";

export interface ChosenMatrices {
  item: FoundMatrix | null;
  user: FoundMatrix | null;
  itemBias: FoundMatrix | null;
  userBias: FoundMatrix | null;
}

/** How many different ids the interactions have on each side, null where only a sample is known; null without interactions. */
export type IdCounts = Record<Side, number | null> | null;

/**
 * @param given files that a person pointed at, relative to the folder
 * @param ids   of the interactions, if there are any
 */
export function chooseMatrices(
  draft: ProposalDraft,
  scan: Scan,
  given: readonly string[],
  ids: IdCounts,
): ChosenMatrices {
  const matrices = rankedMatrices(scan, ids);
  const pair = bestPair(draft, matrices, scan.tables, given, ids);
  const faults = scan.faults.filter(({ isMatrix }) => isMatrix).map(({ message }) => ` ${message}`);
  const trainable = matrices.length === 0 && faults.length === 0 && ids !== null;
  const ask = (side: Side, automatic: FoundMatrix | undefined) => {
    const name = side === "item" ? "Item embeddings" : "User embeddings";
    const none = trainable
      ? "none; a recommender can be trained from the interactions"
      : `no matrix was found for them. RecPrism needs the embeddings of both items and users, one row each.${faults.slice(0, 3).join("")}`;
    const candidates = matrices.filter((matrix) => sideOf(matrix) !== other(side));
    // A person may know better than a name does.
    candidates.push(...matrices.filter((matrix) => !candidates.includes(matrix)));
    return draft.choose(
      { role: `${side}-embeddings`, name, required: !trainable, none },
      candidates.map(described),
      automatic?.name,
    );
  };
  const item = ask("item", pair.item);
  const user = ask("user", pair.user);
  if (item !== null && user !== null) {
    if (item === user) {
      draft.problems.push(`${item.name} is chosen for items and for users. Choose another matrix for one of them.`);
    } else if (item.columns !== user.columns) {
      draft.problems.push(
        `${item.name} has ${item.columns} columns but ${user.name} has ${user.columns}. Choose items and users of the same model.`,
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

/** Matrices that may be embeddings, those that are called so first; and those on their side whose columns are users or items. */
function rankedMatrices(scan: Scan, ids: IdCounts): FoundMatrix[] {
  const found = scan.matrices.filter(({ rows, columns }) => rows > 0 && columns > 1);
  const whole = scan.tables.filter(({ estimatedRows }) => estimatedRows === null);
  const counts = new Set([...whole.map(({ rows }) => rows), ...Object.values(ids ?? {})]);
  const turned = found
    .filter(({ rows, columns }) => counts.has(columns) && !counts.has(rows))
    .map((matrix): FoundMatrix => {
      const source = typeof matrix.source === "string" ? { file: matrix.source } : matrix.source;
      const { rows, columns } = matrix;
      return {
        ...matrix,
        name: `${matrix.name} (transposed)`,
        source: { ...source, transposed: true },
        rows: columns,
        columns: rows,
      };
    });
  const named = (matrix: FoundMatrix) => namesEmbeddings(matrix.part ?? matrix.file);
  const all = [...turned, ...found];
  return [...all.filter(named), ...all.filter((matrix) => !named(matrix))];
}

/** The first pair that best agrees in names, dimensions, folder and numbers of rows. */
function bestPair(
  draft: ProposalDraft,
  matrices: FoundMatrix[],
  tables: FoundTable[],
  given: readonly string[],
  ids: IdCounts,
): { item?: FoundMatrix; user?: FoundMatrix } {
  const options = (side: Side) => {
    const said = draft.said(`${side}-embeddings`);
    if (said !== undefined && said !== null) return matrices.filter(({ name }) => name === said);
    const pointed = matrices.filter((matrix) => given.includes(matrix.file) && sideOf(matrix) !== other(side));
    // One matrix that was pointed at without a word on its side is taken for items; its users may lie beside it.
    const forced = pointed.length > 1 || side === "item" ? pointed : pointed.filter((one) => sideOf(one) === side);
    return forced.length > 0 ? forced : matrices.filter((matrix) => sideOf(matrix) !== other(side));
  };
  const evidence = (side: Side) => {
    const scored = options(side).map((matrix) => ({ matrix, score: evidenceFor(matrix, side, tables, ids) }));
    // One layer among others is not embeddings because nothing else is there.
    const likely = scored.filter(({ matrix, score }) => score > 0 || matrix.part === null || isSaid(matrix, side));
    return likely.toSorted((a, b) => b.score - a.score).slice(0, MOST_COMPARED);
  };
  const isSaid = ({ name }: FoundMatrix, side: Side) => draft.said(`${side}-embeddings`) === name;
  const [items, users] = [evidence("item"), evidence("user")];
  let best: { item?: FoundMatrix; user?: FoundMatrix } = {};
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const { matrix: item, score: ofItem } of items) {
    for (const { matrix: user, score: ofUser } of users) {
      if (item === user) continue;
      const together =
        (item.columns === user.columns ? 16 : 0) +
        (folderOf(item.file) === folderOf(user.file) ? 2 : 0) +
        (item.file === user.file ? 1 : 0) +
        (item.part === null && user.part === null ? 4 : 0) +
        kinship(item.part ?? item.file, user.part ?? user.file);
      if (ofItem + ofUser + together > bestScore) [best, bestScore] = [{ item, user }, ofItem + ofUser + together];
    }
  }
  if (best.item === undefined) {
    const item = items[0]?.matrix;
    return { item, user: users.find(({ matrix }) => matrix !== item)?.matrix };
  }
  const unsure = [best.item, best.user].every((one) => one !== undefined && sideOf(one) === null);
  const counted = [...items, ...users].some(({ score }) => score >= 3);
  if (unsure && !counted) draft.notes.push("No name says which matrix is items and which users. Check that choice.");
  return best;
}

/** Of a checkpoint with hundreds of layers, those that look most like embeddings. */
const MOST_COMPARED = 40;

function evidenceFor(matrix: FoundMatrix, side: Side, tables: FoundTable[], ids: IdCounts): number {
  const { rows, file, part } = matrix;
  const called = sideOf(matrix) === side ? 4 : 0;
  const tableAgrees = tables.some(
    (table) =>
      table.estimatedRows === null &&
      table.rows === rows &&
      subjectOfFile(table.file).side === side &&
      !namesInteractions(table.file),
  );
  // One row more than ids is the usual padding.
  const named = ids?.[side] ?? null;
  const idsAgree = named !== null && (rows === named || rows === named + 1);
  return called + (tableAgrees ? 3 : 0) + (idsAgree ? 3 : 0) + (namesEmbeddings(part ?? file) ? 1 : 0);
}

function chooseBias(draft: ProposalDraft, scan: Scan, side: Side, of: FoundMatrix | null): FoundMatrix | null {
  if (of === null) return null;
  const near = (matrix: FoundMatrix) => folderOf(matrix.file) === folderOf(of.file);
  const isBias = (matrix: FoundMatrix) => {
    const subject = subjectOfArray(matrix.file, matrix.part);
    return subject.bias && subject.side === side && matrix.columns === 1 && near(matrix);
  };
  const fitting = scan.matrices.filter(({ rows, columns }) => columns === 1 && rows === of.rows);
  // A file may hold several models, or its biases may lie in one of their own.
  const automatic = fitting.filter(isBias).toSorted((a, b) => Number(b.file === of.file) - Number(a.file === of.file));
  const misfit = scan.matrices.find((matrix) => isBias(matrix) && matrix.rows !== of.rows);
  if (misfit !== undefined && automatic.length === 0) {
    draft.notes.push(`${misfit.name} is left out: it has ${misfit.rows} values but ${of.name} has ${of.rows} rows.`);
  }
  return draft.choose(
    {
      role: `${side}-bias`,
      name: side === "item" ? "Item bias" : "User bias",
      required: false,
      none: "none; scores are the dot product alone",
    },
    fitting.map(described),
    automatic[0]?.name,
  );
}

function described(matrix: FoundMatrix): Candidate<FoundMatrix> {
  const { name, rows, columns, dtype } = matrix;
  return { value: name, detail: `${rows.toLocaleString("en")} x ${columns} ${dtype}`, found: matrix };
}

function sideOf({ file, part }: FoundMatrix): Side | null {
  return subjectOfArray(file, part).side;
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

function other(side: Side): Side {
  return side === "item" ? "user" : "item";
}
