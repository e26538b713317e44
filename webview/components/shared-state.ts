/** The state both webviews share with the host: asked for once, then announced on every change. */
import { useEffect, useState } from "preact/hooks";
import type { SharedState } from "../../src/protocol/webview";
import type { Announcements } from "./announcements";

interface ReadyHost {
  ready(): Promise<SharedState>;
}

/** Null until the host has answered. */
export function useSharedState(host: ReadyHost, states: Announcements<SharedState>): SharedState | null {
  const [state, setState] = useState<SharedState | null>(null);
  useEffect(() => {
    const end = states.subscribe(setState);
    host.ready().then(setState, (thrown) => {
      const message = `RecPrism did not start (${String(thrown)}). Run "Developer: Reload Window".`;
      setState({
        project: null,
        job: null,
        neuron: null,
        compared: [],
        labelsVersion: 0,
        busy: null,
        error: { reason: "internal", message, where: {} },
      });
    });
    return end;
  }, [host, states]);
  return state;
}
