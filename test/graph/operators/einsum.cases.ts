import { type GradientCase, text, variable } from "./gradient-case";

const equations: [string, ...number[][]][] = [
  ["ij,jk->ik", [2, 3], [3, 2]],
  ["ij,kj->ik", [2, 3], [4, 3]],
  ["bij,bjk->bik", [2, 2, 3], [2, 3, 2]],
  ["bhqd,bhkd->bhqk", [1, 2, 2, 3], [1, 2, 3, 3]],
  ["i,i->", [3], [3]],
  ["bd,bd->b", [2, 3], [2, 3]],
  ["i,j->ij", [2], [3]],
  ["bi,bj->bij", [2, 2], [2, 3]],
  ["ij,ij->ij", [2, 3], [2, 3]],
  // An index of one operand alone, summed over.
  ["ij,k->i", [2, 3], [2]],
  ["ij,jk->", [2, 3], [3, 2]],
  // One operand.
  ["ij->ji", [2, 3]],
  ["ijk->ik", [2, 3, 2]],
  ["ij->", [2, 3]],
  // Three operands.
  ["bi,ij,bj->b", [2, 3], [3, 2], [2, 2]],
  // Ellipses, one of which stands for nothing.
  ["...ij,...jk->...ik", [2, 2, 3], [2, 3, 2]],
  ["...ij,jk->...ik", [2, 1, 2, 3], [3, 2]],
  ["...i,...i", [3], [3]],
  // The result left unsaid.
  ["ij,jk", [2, 3], [3, 2]],
];

export const einsum: GradientCase[] = equations.map(([equation, ...shapes]) => ({
  operator: "Einsum",
  what: `"${equation}" of ${shapes.map((shape) => `[${shape}]`).join(", ")}`,
  variables: shapes.map((shape) => variable(shape)),
  expression: (graph, operands) => graph.op("Einsum", operands, { equation: text(equation) }),
}));
