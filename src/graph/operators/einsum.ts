/** Einstein summation: products of tensors, summed over the indices that the result lacks. */
import { type Attributes, type Dimension, fixedShape, type Shape, type Value } from "../value";
import { type Operator, stringAttribute, undifferentiable } from "./operator";

/** An equation with every index spelt out as one letter. */
interface Equation {
  /** Indices of each operand. */
  operands: string[];
  result: string;
  /** The length each index runs over. */
  lengths: Map<string, Dimension>;
}

export const einsum: Record<string, Operator> = {
  Einsum: {
    infer({ inputs, attributes }) {
      const { result, lengths } = parsed(attributes, inputs);
      return { shape: [...result].map((index) => lengths.get(index)!), type: inputs[0].type };
    },
    // The gradient of an operand is the sum of products of all others and the upstream gradient, over what it lacks.
    gradient({ graph, node, upstream, needed }) {
      const { operands, result, lengths } = parsed(node.attributes, node.inputs);
      return node.inputs.map((input, at) => {
        if (!needed[at]) return null;
        const own = [...operands[at]];
        if (new Set(own).size < own.length) {
          throw undifferentiable(node, `an index occurs twice in its operand "${operands[at]}"`);
        }
        const isOther = (_: unknown, other: number) => other !== at;
        const terms = [result, ...operands.filter(isOther)];
        const occurs = (index: string) => terms.some((term) => term.includes(index));
        const target = own.filter(occurs).join("");
        const equation = `${terms.join(",")}->${target}`;
        const product =
          terms.length === 1 && target === result
            ? upstream
            : graph.op("Einsum", [upstream, ...node.inputs.filter(isOther)], {
                equation: { kind: "string", value: equation },
              });
        // Along an index of its own, which the forward sum runs over, the gradient is the same everywhere.
        const lengthsFound = fixedShape(product);
        const narrow = own.map((index) => lengthsFound[target.indexOf(index)] ?? 1);
        return graph.summedTo(
          graph.reshaped(product, narrow),
          input.shape,
          own.map((index) => lengths.get(index)!),
        );
      });
    },
    note: "gradient unless an index occurs twice in one operand",
  },
};

function parsed(attributes: Attributes, inputs: readonly Value[]): Equation {
  const equation = stringAttribute(attributes, "equation", "").replaceAll(" ", "");
  const [left, right] = equation.split("->");
  const terms = left.split(",");
  if (terms.length !== inputs.length) throw new Error(`"${equation}" has ${terms.length} terms`);

  // An ellipsis stands for as many leading indices as its operand has more dimensions than letters.
  const hidden = terms.flatMap((term, at) =>
    term.includes("...") ? [inputs[at].shape.length - term.length + "...".length] : [],
  );
  if (hidden.some((count) => count !== hidden[0])) {
    throw new Error(`the ellipses in "${equation}" stand for ${hidden.join(" and ")} dimensions`);
  }
  const spare = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !equation.includes(letter));
  const spelt = (term: string) => term.replace("...", spare.slice(0, Math.max(0, hidden[0])).join(""));
  const operands = terms.map(spelt);
  const result = spelt(right ?? implicitResult(left));

  const lengths = new Map<string, Dimension>();
  for (const [at, operand] of operands.entries()) {
    const shape: Shape = inputs[at].shape;
    if (operand.length !== shape.length) throw new Error(`"${terms[at]}" does not fit [${shape}]`);
    for (const [axis, index] of [...operand].entries()) {
      const before = lengths.get(index) ?? shape[axis];
      if (before !== shape[axis]) {
        throw new Error(`in "${equation}" the index ${index} runs over both ${before} and ${shape[axis]}`);
      }
      lengths.set(index, before);
    }
  }
  const unknown = [...result].find((index) => !lengths.has(index));
  if (unknown) throw new Error(`in "${equation}" no operand has the index ${unknown}`);
  return { operands, result, lengths };
}

/** Without an arrow the result has the indices that occur once, in alphabetical order. */
function implicitResult(left: string): string {
  const letters = [...left.replaceAll(/[.,]/g, "")];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return `${left.includes("...") ? "..." : ""}${once.join("")}`;
}
