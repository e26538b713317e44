/** Lists before and after the edits, following every move of a slider as fast as the engine answers. */
import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { PreviewResult } from "../../src/protocol/engine";
import type { Audience, Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { latestWins } from "../components/latest-wins";
import { effectKey } from "./recipe-key";

const EVERYONE: Audience = { kind: "everyone" };

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
  // The user counts as one of the audience, which may be a list too long to be sent at every move of a slider.
  const forAll: Recipe = { ...recipe, audience: EVERYONE };
  useEffect(() => {
    if (user !== null) ask({ user, recipe: forAll, k });
  }, [user, effectKey(forAll), k, version]);
  return preview?.request.user === user ? preview : null;
}
