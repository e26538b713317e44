/** `recprism encode`: activations of all rows of a matrix, written to a file. */
import { SingleBar } from "cli-progress";
import { encodeToFile } from "../engine/encode-file";
import { print } from "./context";

export interface EncodeOptions {
  project: string;
  json: boolean;
  matrix: string;
  sae?: string;
  out: string;
}

export async function encodeMatrix(options: EncodeOptions): Promise<void> {
  let cancelled = false;
  const stop = () => {
    cancelled = true;
  };
  process.once("SIGINT", stop);
  const bar = progressBar();
  try {
    const encoded = await encodeToFile(options, { cancelled: () => cancelled, progress: bar.show });
    bar.end();
    print(options, encoded, () => {
      const { file, rows, latents, active } = encoded;
      const what = active === null ? `${latents} activations` : `the ${active} active ones of ${latents} neurons`;
      return `Wrote ${file}: ${rows} rows, ${what} each`;
    });
  } finally {
    bar.end();
    process.off("SIGINT", stop);
  }
}

/** On a terminal a bar; elsewhere nothing, so that logs stay short. */
function progressBar(): { show(share: number): void; end(): void } {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  const bar = new SingleBar({ stream: process.stderr, format: "encoding {bar} {percentage}%  {eta_formatted} left" });
  bar.start(1, 0);
  return { show: (share) => bar.update(share), end: () => bar.stop() };
}
