/** The session module as a process of its own would have it: the runtime is chosen anew, by its environment. */
import { afterEach, vi } from "vitest";

export async function freshRuntime(environment: Record<string, string>) {
  vi.resetModules();
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
  const { openModel, openSession } = await import("../../src/graph/session");
  const { onRuntimeNotice } = await import("../../src/graph/runtime-notice");
  const notices: string[] = [];
  onRuntimeNotice((notice) => notices.push(notice));
  return { openModel, openSession, notices };
}

afterEach(() => vi.unstubAllEnvs());
