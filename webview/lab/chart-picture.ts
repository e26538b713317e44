/** A chart as a PNG that needs neither the page nor its theme: colours resolved, the background drawn, its title on top. */

/** Pixels of the picture for one of the screen, so that it stays sharp in a document. */
const SCALE = 2;
const MARGIN = 12;
const LINE_HEIGHT = 19;

/** What CSS says of an SVG element and a picture of it has to say itself. */
const RESOLVED = [
  "color",
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-opacity",
  "stroke-width",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "white-space",
];

/**
 * @param drawing as it stands in the page
 * @param lines   stand above it
 */
export async function pictureOfSvg(drawing: SVGSVGElement, lines: readonly string[]): Promise<Blob> {
  const { width, height } = drawing.getBoundingClientRect();
  const text = new XMLSerializer().serializeToString(withResolvedStyle(drawing));
  const image = new Image(width * SCALE, height * SCALE);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  return picture(lines, width, height, (context) => context.drawImage(image, 0, 0, width, height));
}

export function pictureOfCanvas(canvas: HTMLCanvasElement, lines: readonly string[]): Promise<Blob> {
  const { width, height } = canvas.getBoundingClientRect();
  return picture(lines, width, height, (context) => context.drawImage(canvas, 0, 0, width, height));
}

function withResolvedStyle(drawing: SVGSVGElement): SVGSVGElement {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    for (const property of RESOLVED) element.setAttribute(property, style.getPropertyValue(property));
  });
  const { width, height } = drawing.getBoundingClientRect();
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("xml:space", "preserve");
  return copy;
}

/** @param draw draws into an area of `width` x `height` pixels of the screen */
async function picture(
  lines: readonly string[],
  width: number,
  height: number,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Promise<Blob> {
  const head = lines.length * LINE_HEIGHT + 5;
  const full = { width: width + 2 * MARGIN, height: height + 2 * MARGIN + head };
  const canvas = new OffscreenCanvas(Math.ceil(full.width * SCALE), Math.ceil(full.height * SCALE));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("the browser gave no canvas to draw on");
  const theme = getComputedStyle(document.documentElement);
  context.scale(SCALE, SCALE);
  context.fillStyle = theme.getPropertyValue("--vscode-editor-background") || "white";
  context.fillRect(0, 0, full.width, full.height);
  context.fillStyle = theme.getPropertyValue("--vscode-foreground") || "black";
  context.font = `600 13px ${theme.getPropertyValue("--vscode-font-family") || "sans-serif"}`;
  context.textBaseline = "top";
  lines.forEach((line, index) => {
    context.fillText(line, MARGIN, MARGIN + index * LINE_HEIGHT, width);
  });
  context.translate(MARGIN, MARGIN + head);
  draw(context);
  return canvas.convertToBlob({ type: "image/png" });
}
