/** The tree of neurons as rows to draw: which are seen, how deep they are, and where keys lead. */
import type { Structure } from "../../src/protocol/structure";

type Entry = Structure["tree"][number];

export interface TreeNode extends Entry {
  /** Those with the largest share first. */
  children: TreeNode[];
}

export interface TreeRow {
  node: TreeNode;
  /** 1 for a root. */
  depth: number;
  /** 1-based place among its siblings, and how many there are. */
  place: number;
  of: number;
}

export interface NeuronTree {
  /** With children; those with the most below them first. */
  roots: TreeNode[];
  /** Neither within another neuron nor around one. */
  alone: number[];
}

export function neuronTree(tree: Structure["tree"]): NeuronTree {
  const nodes = new Map(tree.map((entry) => [entry.neuron, { ...entry, children: [] as TreeNode[] }]));
  const roots: TreeNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.parent === null ? undefined : nodes.get(node.parent);
    if (parent === undefined) roots.push(node);
    else parent.children.push(node);
  }
  for (const { children } of nodes.values()) children.sort((a, b) => b.share - a.share || a.neuron - b.neuron);
  return {
    roots: roots
      .filter(({ children }) => children.length > 0)
      .sort((a, b) => below(b) - below(a) || a.neuron - b.neuron),
    alone: roots.filter(({ children }) => children.length === 0).map(({ neuron }) => neuron),
  };
}

/** How many neurons lie within it, at any depth. */
export function below({ children }: TreeNode): number {
  return children.reduce((sum, child) => sum + 1 + below(child), 0);
}

export function withChildren(nodes: readonly TreeNode[]): number[] {
  return nodes.flatMap((node) => (node.children.length === 0 ? [] : [node.neuron, ...withChildren(node.children)]));
}

/** Rows that are seen while these neurons are open, in the order in which they are drawn. */
export function seenRows(nodes: readonly TreeNode[], open: ReadonlySet<number>, depth = 1): TreeRow[] {
  return nodes.flatMap((node, index) => [
    { node, depth, place: index + 1, of: nodes.length },
    ...(open.has(node.neuron) ? seenRows(node.children, open, depth + 1) : []),
  ]);
}

/** Index of the row around this one, or -1 for a root. */
export function parentRow(rows: readonly TreeRow[], index: number): number {
  for (let at = index - 1; at >= 0; at--) if (rows[at].depth < rows[index].depth) return at;
  return -1;
}
