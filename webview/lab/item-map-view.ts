/** Which part of the item map is in view: a square that is zoomed and moved within the map's unit square. */

export interface MapView {
  /** How many times larger than the whole map. */
  zoom: number;
  /** The part's left and upper edge, in map coordinates. */
  left: number;
  top: number;
}

export const WHOLE_MAP: MapView = { zoom: 1, left: 0, top: 0 };
const LARGEST_ZOOM = 60;

/**
 * Zooms by a factor about a point that stays where it is.
 *
 * @param x, y the point, as shares of the part in view
 */
export function zoomed(view: MapView, factor: number, x = 0.5, y = 0.5): MapView {
  const zoom = Math.min(LARGEST_ZOOM, Math.max(1, view.zoom * factor));
  return within({
    zoom,
    left: view.left + x / view.zoom - x / zoom,
    top: view.top + y / view.zoom - y / zoom,
  });
}

/** @param right, down how far the view moves over the map, as shares of the part in view */
export function moved(view: MapView, right: number, down: number): MapView {
  return within({ ...view, left: view.left + right / view.zoom, top: view.top + down / view.zoom });
}

/** View after a key; null where the key does not change it. */
export function viewAfterKey(view: MapView, key: string): MapView | null {
  const step = 0.15;
  switch (key) {
    case "ArrowLeft":
      return moved(view, -step, 0);
    case "ArrowRight":
      return moved(view, step, 0);
    case "ArrowUp":
      return moved(view, 0, -step);
    case "ArrowDown":
      return moved(view, 0, step);
    case "+":
    case "=":
      return zoomed(view, 1.4);
    case "-":
      return zoomed(view, 1 / 1.4);
    case "0":
      return WHOLE_MAP;
    default:
      return null;
  }
}

function within({ zoom, left, top }: MapView): MapView {
  const largest = 1 - 1 / zoom;
  const held = (edge: number) => Math.min(largest, Math.max(0, edge));
  return { zoom, left: held(left), top: held(top) };
}
