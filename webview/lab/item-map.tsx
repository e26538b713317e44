/** The catalogue in two dimensions, each item as strong as it activates the neuron; zoomed and moved by pointer or keys. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { ItemMap, ItemSummary, NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { count, decimal, percent } from "../components/number-format";
import { themeColour, useThemeVersion } from "../components/theme";
import { ChartFrame } from "./chart-frame";
import { pictureOfCanvas } from "./chart-picture";
import { lookOf, SteppedPoints } from "./item-map-drawing";
import { type MapView, moved, viewAfterKey, WHOLE_MAP, zoomed } from "./item-map-view";
import { PointGrid } from "./nearest-point";
import { useAnswer } from "./use-answer";
import { useItemAt } from "./use-item-at";

interface ItemMapChartProps {
  host: Remote<LabHost>;
  sae: string;
  map: Answer<ItemMap> | null;
  detail: NeuronDetail;
}

export function ItemMapChart({ host, sae, map, detail }: ItemMapChartProps) {
  const { neuron } = detail;
  const activations = useAnswer(() => asked(host.mapActivations(neuron)), [host, neuron, sae]);
  const fault = map?.ok === false ? map : activations?.ok === false ? activations : null;
  if (fault !== null) return <ErrorNote what="The item map could not be drawn" error={fault.error} />;
  if (!map?.ok || !activations?.ok) return <p class="quiet map-wait">Laying out the items…</p>;
  return <LoadedMap host={host} map={map.value} activations={activations.value} detail={detail} />;
}

interface LoadedMapProps {
  host: Remote<LabHost>;
  map: ItemMap;
  activations: Float32Array;
  detail: NeuronDetail;
}

function LoadedMap({ host, map, activations, detail }: LoadedMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown =
    map.rows.length < map.of
      ? `${count(map.rows.length)} of ${count(map.of)} items, drawn at random`
      : `${count(map.of)} items`;
  const picture = async (lines: readonly string[]) => {
    if (canvas.current === null) throw new Error("the map is not drawn yet");
    return pictureOfCanvas(canvas.current, lines);
  };
  const pointOf = useMemo(() => new Map(Array.from(map.rows, (row, point) => [row, point])), [map]);
  return (
    <ChartFrame
      title="Item map: near items have alike embeddings"
      spoken={spokenMap(shown, detail)}
      table={{
        columns: [
          { name: "Most active item" },
          { name: "Activation", shown: decimal },
          { name: "x", shown: decimal },
          { name: "y", shown: decimal },
        ],
        rows: detail.topItems.map(({ row, title: name, activation }) => {
          const point = pointOf.get(row);
          return [name, activation, ...(point === undefined ? [null, null] : [map.x[point], map.y[point]])];
        }),
      }}
      exported={() => ({
        columns: [{ name: "row, from 0" }, { name: "x" }, { name: "y" }, { name: "activation" }],
        rows: Array.from(map.rows, (row, point) => [row, map.x[point], map.y[point], activations[point]]),
      })}
      picture={picture}
    >
      <MapArea
        host={host}
        map={map}
        activations={activations}
        largest={detail.largestItemActivation}
        canvas={canvas}
        caption={`${shown}; the two directions hold ${percent(map.variance)} of the embeddings' variance.`}
      />
    </ChartFrame>
  );
}

function spokenMap(shown: string, { topItems, activeItems, largestItemActivation }: NeuronDetail): string {
  const start = `Item map of ${shown}`;
  if (topItems.length === 0) return `${start}; none activates the neuron`;
  const names = topItems.slice(0, 3).map(({ title }) => title);
  return `${start}; ${count(activeItems)} activate the neuron, up to ${decimal(largestItemActivation)}: ${names.join(", ")}`;
}

interface MapAreaProps {
  host: Remote<LabHost>;
  map: ItemMap;
  activations: Float32Array;
  largest: number;
  canvas: { current: HTMLCanvasElement | null };
  caption: string;
}

/** In pixels. */
const LARGEST_SIDE = 460;
const REACH = 9;

function MapArea({ host, map, activations, largest, canvas, caption }: MapAreaProps) {
  const area = useRef<HTMLDivElement>(null);
  const [side, setSide] = useState(0);
  const [view, setView] = useState(WHOLE_MAP);
  const [hovered, setHovered] = useState<number | null>(null);
  const item = useItemAt(host, hovered === null ? null : map.rows[hovered]);
  const theme = useThemeVersion();
  const points = useMemo(() => new SteppedPoints(activations, largest), [activations, largest]);
  const grid = useMemo(() => new PointGrid(map), [map]);

  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setSide(Math.min(LARGEST_SIDE, Math.floor(element.clientWidth))));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (side === 0) return;
    // At most once a frame, whatever the pointer does meanwhile.
    const frame = requestAnimationFrame(() => {
      const context = canvas.current?.getContext("2d");
      if (canvas.current === null || context == null) return;
      const ratio = window.devicePixelRatio;
      canvas.current.width = Math.round(side * ratio);
      canvas.current.height = Math.round(side * ratio);
      context.scale(ratio, ratio);
      points.draw(context, side, map, view, { active: themeColour("--accent"), silent: themeColour("--quiet") });
    });
    return () => cancelAnimationFrame(frame);
  }, [side, view, points, map, theme]);

  const position = hovered === null ? null : positionOf(map, hovered, view, side);
  return (
    <div ref={area} class="map-area">
      <div class="map-square" style={{ width: `${side}px`, height: `${side}px` }}>
        <MapCanvas
          canvas={canvas}
          side={side}
          view={view}
          onView={(next) => {
            setHovered(null);
            setView(next);
          }}
          onPointer={(x, y) =>
            setHovered(grid.nearest(view.left + x / view.zoom, view.top + y / view.zoom, REACH / (side * view.zoom)))
          }
          onLeave={() => setHovered(null)}
        />
        {position !== null && hovered !== null && (
          <Hover position={position} side={side} item={item} activation={activations[hovered]} />
        )}
        <div class="map-buttons">
          <button
            type="button"
            class="icon-button"
            aria-label="Zoom in"
            title="Zoom in"
            onClick={() => setView(zoomed(view, 1.6))}
          >
            +
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Zoom out"
            title="Zoom out"
            onClick={() => setView(zoomed(view, 1 / 1.6))}
          >
            −
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Show the whole map"
            title="Show the whole map"
            disabled={view.zoom === 1}
            onClick={() => setView(WHOLE_MAP)}
          >
            ⤢
          </button>
        </div>
      </div>
      <div class="map-side">
        <MapLegend largest={largest} />
        <p class="map-caption numbers">{caption}</p>
        <p class="map-caption">
          Drag to move. Once the map is clicked, the wheel or + and − zoom, arrows move, 0 shows all.
        </p>
      </div>
    </div>
  );
}

interface MapCanvasProps {
  canvas: { current: HTMLCanvasElement | null };
  side: number;
  view: MapView;
  onView: (view: MapView) => void;
  /** The pointer, as shares of the canvas. */
  onPointer: (x: number, y: number) => void;
  onLeave: () => void;
}

function MapCanvas({ canvas, side, view, onView, onPointer, onLeave }: MapCanvasProps) {
  const dragged = useRef<{ x: number; y: number } | null>(null);
  const current = useRef({ view, onView });
  current.current = { view, onView };

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const turned = (event: WheelEvent) => {
      // The page scrolls on unless the map was meant.
      if (document.activeElement !== element && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top, width, height } = element.getBoundingClientRect();
      const at = { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
      const factor = 1.0015 ** -(event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 * event.deltaY : event.deltaY);
      current.current.onView(zoomed(current.current.view, factor, at.x, at.y));
    };
    element.addEventListener("wheel", turned, { passive: false });
    return () => element.removeEventListener("wheel", turned);
  }, [canvas]);

  return (
    <canvas
      ref={canvas}
      class="map-canvas"
      role="img"
      aria-label="Item map. Arrow keys move it, plus and minus zoom, 0 shows all. Its numbers are in the table below."
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const next = viewAfterKey(view, event.key);
        if (next === null) return;
        event.preventDefault();
        onView(next);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => {
        const from = dragged.current;
        if (from === null) {
          onPointer(event.offsetX / side, event.offsetY / side);
          return;
        }
        dragged.current = { x: event.clientX, y: event.clientY };
        onView(moved(view, (from.x - event.clientX) / side, (from.y - event.clientY) / side));
      }}
      onPointerUp={() => {
        dragged.current = null;
      }}
      onPointerLeave={onLeave}
    />
  );
}

interface Position {
  x: number;
  y: number;
}

function positionOf(map: ItemMap, point: number, view: MapView, side: number): Position {
  return { x: (map.x[point] - view.left) * view.zoom * side, y: (map.y[point] - view.top) * view.zoom * side };
}

interface HoverProps {
  position: Position;
  side: number;
  /** Null until it is known. */
  item: ItemSummary | null;
  activation: number;
}

function Hover({ position: { x, y }, side, item, activation }: HoverProps) {
  const horizontal = x < side / 2 ? { left: `${x + 12}px` } : { right: `${side - x + 12}px` };
  const vertical = y < side / 2 ? { top: `${y + 8}px` } : { bottom: `${side - y + 8}px` };
  return (
    <>
      <div class="map-ring" style={{ left: `${x}px`, top: `${y}px` }} />
      <div class="map-tip" style={{ ...horizontal, ...vertical }}>
        <strong dir="auto">{item?.title ?? "…"}</strong>
        {item !== null && (
          <span dir="auto">{[item.year, ...item.tags].filter((part) => part !== null).join(", ")}</span>
        )}
        <span class="numbers">{activation > 0 ? `activation ${decimal(activation)}` : "does not activate it"}</span>
      </div>
    </>
  );
}

function MapLegend({ largest }: { largest: number }) {
  return (
    <ul class="map-legend numbers" aria-hidden="true">
      <li>
        <svg width="12" height="12" aria-hidden="true">
          <rect x="5" y="5" width="2" height="2" class="map-silent" />
        </svg>
        silent
      </li>
      {(largest > 0 ? [0.25, 0.5, 1] : []).map((share) => {
        const { radius, opacity } = lookOf(share);
        return (
          <li key={share}>
            <svg width="12" height="12" aria-hidden="true">
              <circle cx="6" cy="6" r={radius} fill="currentColor" fill-opacity={opacity} />
            </svg>
            {decimal(share * largest)}
          </li>
        );
      })}
    </ul>
  );
}
