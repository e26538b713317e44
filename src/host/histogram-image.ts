/** A histogram as a small picture within Markdown. */

export interface ImageColours {
  bars: string;
  axis: string;
}

const WIDTH = 240;
const HEIGHT = 44;
const GAP = 1;

/**
 * @param histogram as of `NeuronDetail.activationHistogram`
 * @returns address of an SVG image, and what it shows, in words
 */
export function histogramImage(
  { edges, items }: { edges: number[]; items: number[] },
  colours: ImageColours,
): { image: string; text: string } {
  const total = items.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(1, ...items);
  const width = WIDTH / Math.max(1, items.length);
  // By the root: the few most active items are what a neuron is about, and would not be seen beside the many.
  const height = (count: number) => (count === 0 ? 0 : Math.max(1, HEIGHT * Math.sqrt(count / largest)));
  const bars = items.map((count, index) => {
    const [x, y] = [index * width, HEIGHT - height(count)];
    return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(1, width - GAP))}" height="${round(height(count))}"/>`;
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT + 1}">` +
    `<g fill="${colours.bars}">${bars.join("")}</g>` +
    `<rect y="${HEIGHT}" width="${WIDTH}" height="1" fill="${colours.axis}"/></svg>`;
  const most = edges.at(-1) ?? 0;
  return {
    image: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`,
    text: `Activations of the ${total.toLocaleString("en")} items that activate it, from 0 to ${round(most)}`,
  };
}

function round(value: number): string {
  return String(Math.round(100 * value) / 100);
}
