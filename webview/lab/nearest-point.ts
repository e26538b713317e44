/** Finds the point of a large scatter nearest to the pointer by looking into the cells of a grid around it. */

interface Scatter {
  /** In [0, 1]. */
  x: Float32Array;
  y: Float32Array;
}

export class PointGrid {
  private readonly cells: number;
  /** Points by cell: those of cell c are `points[starts[c]]` to `points[starts[c + 1]]`. */
  private readonly starts: Uint32Array;
  private readonly points: Uint32Array;

  constructor(private readonly scatter: Scatter) {
    const count = scatter.x.length;
    this.cells = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(count / 4))));
    this.starts = new Uint32Array(this.cells ** 2 + 1);
    for (let point = 0; point < count; point++) this.starts[this.cellOf(point) + 1]++;
    for (let cell = 0; cell < this.cells ** 2; cell++) this.starts[cell + 1] += this.starts[cell];
    this.points = new Uint32Array(count);
    const next = this.starts.slice();
    for (let point = 0; point < count; point++) this.points[next[this.cellOf(point)]++] = point;
  }

  /** Index of the nearest point within the radius, or null. All in map coordinates. */
  nearest(x: number, y: number, radius: number): number | null {
    let found: number | null = null;
    let least = radius * radius;
    const [left, right] = [this.cell(x - radius), this.cell(x + radius)];
    for (let row = this.cell(y - radius); row <= this.cell(y + radius); row++) {
      const first = this.starts[row * this.cells + left];
      const end = this.starts[row * this.cells + right + 1];
      for (let index = first; index < end; index++) {
        const point = this.points[index];
        const distance = (this.scatter.x[point] - x) ** 2 + (this.scatter.y[point] - y) ** 2;
        if (distance > least) continue;
        least = distance;
        found = point;
      }
    }
    return found;
  }

  private cellOf(point: number): number {
    return this.cell(this.scatter.y[point]) * this.cells + this.cell(this.scatter.x[point]);
  }

  private cell(at: number): number {
    return Math.min(this.cells - 1, Math.max(0, Math.floor(at * this.cells)));
  }
}
