/** The engine as the extension holds it: its log in the output channel, its state in the session, its crashes told. */
import { join } from "node:path";
import { type LogOutputChannel, window, workspace } from "vscode";
import { EXECUTION_PROVIDER_VARIABLE } from "../protocol/environment";
import type { RecPrismError } from "../protocol/error";
import { EngineClient } from "./engine-client";
import { type Memory, Session } from "./session";

export interface EngineHost {
  client: EngineClient;
  session: Session;
}

export function createEngineHost(extensionPath: string, memory: Memory, log: LogOutputChannel): EngineHost {
  const levels = { info: log.info, warning: log.warn, error: log.error };
  const client: EngineClient = new EngineClient({
    script: join(extensionPath, "dist", "engine.js"),
    environment: () => ({
      [EXECUTION_PROVIDER_VARIABLE]: workspace.getConfiguration("recprism").get("executionProvider", "cpu"),
    }),
    events: {
      jobChanged: (job) => session.jobChanged(job),
      taskProgress: (task, share) => session.taskProgress(task, share),
      log: (level, message) => levels[level].call(log, `engine: ${message}`),
    },
    started: (pid) => {
      log.info(`engine started ${pid}`);
      session.engineStarted();
    },
    stopped: (error, final) => {
      log.error(error.message);
      session.engineStopped(error);
      void tellStopped(error, final, client, log);
    },
    reopened: (project) => session.show(project),
    reopenFailed: (error) => session.fail(error),
  });
  const session = new Session(client.engine, memory, () => !workspace.isTrusted);
  return { client, session };
}

async function tellStopped(error: RecPrismError, final: boolean, client: EngineClient, log: LogOutputChannel) {
  const RESTART = "Restart Engine";
  const SHOW_LOG = "Show Log";
  const picked = await window.showErrorMessage(error.message, ...(final ? [RESTART] : []), SHOW_LOG);
  if (picked === SHOW_LOG) log.show();
  if (picked === RESTART) client.restart();
}
