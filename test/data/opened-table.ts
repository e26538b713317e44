/** What a reader of tables gives: all rows, in memory and from disk alike. */
import { expect } from "vitest";
import { closeRows, inMemory, type Matrix, matrix } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import type { FoundArray } from "../../src/data/matrix-format";
import type { MatrixSource } from "../../src/protocol/manifest";

export async function opened(source: MatrixSource): Promise<{ of: Matrix; ids: string[] | null }> {
  const inside = await openMatrix(source);
  const outside = await openMatrix(source, 0);
  try {
    const of = inMemory(inside.rows);
    expect(inMemory(outside.rows)).toEqual(of);
    expect(outside.ids).toEqual(inside.ids);
    return { of, ids: inside.ids };
  } finally {
    await closeRows(outside.rows);
  }
}

/** Without the path, which is that of the file. */
export async function described(file: string): Promise<unknown[]> {
  return (await describeMatrixFile(file)).map(({ source: { file: path, ...source }, ...found }: FoundArray) => {
    expect(path).toBe(file);
    return { ...source, ...found };
  });
}

export function counting(rows: number, columns: number): Matrix {
  return matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, (_, i) => i / 4),
  );
}

export function rowsOf({ rows, columns, values }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);
}
