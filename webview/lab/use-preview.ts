/** Lists before and after the edits, following every move of a slider as fast as the engine answers. */
import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { PreviewResult } from "../../src/protocol/engine";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { latestWins } from "../components/latest-wins";

interface PreviewRequest {
  user: string;
  recipe: Recipe;
  k: number;
}

export interface Preview {
  request: PreviewRequest;
  answer: Answer<PreviewResult>;
}

/**
 * The newest preview for this user; null until there is one.
 *
 * @param version of what the engine answers from
 */
export function usePreview(
  host: Remote<LabHost>,
  user: string | null,
  recipe: Recipe,
  k: number,
  version: string,
): Preview | null {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [ask] = useState(() =>
    latestWins(
      ({ user, recipe, k }: PreviewRequest) => asked(host.preview(user, recipe, k)),
      (answer, request) => setPreview({ request, answer }),
    ),
  );
  useEffect(() => {
    if (user !== null) ask({ user, recipe, k });
  }, [user, JSON.stringify(recipe), k, version]);
  return preview?.request.user === user ? preview : null;
}
