/** The users of the recipe's audience, and the one whose lists are shown. */
import { useEffect } from "preact/hooks";
import type { AudienceSummary } from "../../src/protocol/effect";
import type { Audience } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { useSavedState } from "../components/vscode-api";
import { audienceKey } from "./recipe-key";
import { type Task, useTask } from "./use-task";

export type AudienceTask = Task<Audience, AudienceSummary>;

interface ChosenUser {
  user: string;
  /** The audience it was chosen for, as JSON: another audience begins with a user of its own. */
  audience: string;
}

export interface AudienceFound {
  task: AudienceTask;
  /** Null until it is known. */
  summary: AudienceSummary | null;
  /** Null where nobody is in the audience, or it is not known yet. */
  user: string | null;
  chooseUser: (user: string) => void;
}

export function useAudience(host: Remote<LabHost>, audience: Audience, sae: string): AudienceFound {
  const key = audienceKey(audience);
  const task = useTask((wanted: Audience, id) => host.audience(wanted, id));
  const [chosen, choose] = useSavedState<ChosenUser>("previewUser", { user: "", audience: "" }, isChosenUser);
  useEffect(() => task.start(audience), [host, key, sae]);
  const { last } = task;
  const current = last !== null && audienceKey(last.request) === key ? last.answer : null;
  const summary = current?.ok ? current.value : null;
  const own = audience.kind === "users" && audience.users.length === 1 ? audience.users[0] : null;
  const user = chosen.user !== "" && chosen.audience === key ? chosen.user : (own ?? summary?.examples[0]?.id ?? null);
  return { task, summary, user, chooseUser: (user) => choose({ user, audience: key }) };
}

function isChosenUser(saved: unknown): saved is ChosenUser {
  const { user, audience } = (saved ?? {}) as Partial<ChosenUser>;
  return typeof user === "string" && typeof audience === "string";
}
