/** Operators that hand their input on: as it is, or as another type. */
import { type ElementType, isFloat, isGiven, ONNX_TYPES } from "../value";
import { like, unary } from "./elementwise";
import { intAttribute, type Operator } from "./operator";

export const passing: Record<string, Operator> = {
  Identity: unary(({ upstream }) => upstream),
  Dropout: {
    infer({ inputs: [x, , mode], numbers }) {
      if (isGiven(mode) && numbers(mode)?.[0] !== 0) throw new Error("it is in training mode; export it for inference");
      return like({ inputs: [x] });
    },
    gradient: ({ upstream }) => [upstream],
    takesNarrowUpstream: true,
    note: "as at inference: the identity",
  },
  Cast: {
    infer({ inputs: [x], attributes }) {
      const code = intAttribute(attributes, "to", 0);
      const type = (Object.keys(ONNX_TYPES) as ElementType[]).find((name) => ONNX_TYPES[name] === code);
      if (!type) throw new Error(`the ONNX element type ${code} is none of ${Object.keys(ONNX_TYPES).join(", ")}`);
      return { shape: x.shape, type };
    },
    gradient: ({ graph, node: { inputs }, upstream }) => [
      isFloat(inputs[0]) ? graph.cast(upstream, inputs[0].type) : null,
    ],
    takesNarrowUpstream: true,
    note: "gradient between floats only",
  },
};
