import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".csv", ".tsv"],
  async seeds() {
    return [
      'item_id,title,e0,e1\n1,Alien,0.5,-1e-3\n2,"Heat, the film",1,2\n',
      ",0,1\r\na,0.5,1\r\nb,2,3\r\n",
      'id;vector\n1;"[0.5, 1]"\n2;"[2, 3]"\n',
      "u1\t0.5 1 2\nu2\t3 4 5\n",
      "1,0.5,0.25\n2,0.75,1\n",
    ].map((text) => Buffer.from(text));
  },
};
