/** Draws the item map: the more an item activates the neuron, the larger and the more opaque its point, and the higher it lies. */
import type { ItemMap } from "../../src/protocol/neurons";
import type { MapView } from "./item-map-view";

export interface MapColours {
  /** Of items that activate the neuron. */
  active: string;
  /** Of the others. */
  silent: string;
}

/** Activations are drawn in this many steps: points of one step share a look and are filled at once. */
const STEPS = 12;
/** Longer paths take more than proportionally longer to fill. */
const POINTS_A_PATH = 64;

export interface PointLook {
  /** In pixels of the screen. */
  radius: number;
  opacity: number;
}

/** @param share activation over the largest activation, in (0, 1] */
export function lookOf(share: number): PointLook {
  return { radius: 1.6 + 3.2 * share, opacity: 0.35 + 0.6 * share };
}

/** Points by step of their activation, silent ones first, the strongest last: the order they are drawn in. */
export class SteppedPoints {
  /** Step s > 0 is of activations about s / STEPS of the largest. */
  private readonly points: Uint32Array[];
  /** The more points, the smaller each. */
  private readonly size: number;

  /** @param activations one a point */
  constructor(activations: Float32Array, largest: number) {
    const steps = Array.from({ length: STEPS + 1 }, (): number[] => []);
    activations.forEach((activation, point) => {
      const share = largest > 0 ? Math.min(1, activation / largest) : 0;
      steps[activation > 0 ? Math.max(1, Math.ceil(share * STEPS)) : 0].push(point);
    });
    this.points = steps.map((step) => Uint32Array.from(step));
    this.size = Math.min(1, Math.max(0.4, (1500 / activations.length) ** 0.3));
  }

  /** @param side length of the square drawn to, in pixels of the screen */
  draw(context: CanvasRenderingContext2D, side: number, map: ItemMap, view: MapView, colours: MapColours): void {
    context.clearRect(0, 0, side, side);
    const length = side * view.zoom;
    const grown = Math.min(1.5, this.size * view.zoom ** 0.3);
    this.points.forEach((points, step) => {
      const { radius, opacity } = step === 0 ? { radius: 1, opacity: 0.45 } : lookOf(step / STEPS);
      context.fillStyle = step === 0 ? colours.silent : colours.active;
      context.globalAlpha = opacity;
      const size = radius * grown;
      let inPath = 0;
      context.beginPath();
      for (const point of points) {
        const x = (map.x[point] - view.left) * length;
        const y = (map.y[point] - view.top) * length;
        if (x < -size || y < -size || x > side + size || y > side + size) continue;
        if (step === 0) {
          context.fillRect(x - size, y - size, 2 * size, 2 * size);
          continue;
        }
        context.moveTo(x + size, y);
        context.arc(x, y, size, 0, 2 * Math.PI);
        if (++inPath % POINTS_A_PATH === 0) {
          context.fill();
          context.beginPath();
        }
      }
      context.fill();
    });
    context.globalAlpha = 1;
  }
}
