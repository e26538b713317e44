/** Work that may take a while: asked for, told how far it is, cancelled, and answered. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { TaskId } from "../../src/protocol/engine";
import { Announcements } from "../components/announcements";
import { asked } from "../components/host";

export interface TaskShare {
  task: TaskId;
  /** In [0, 1]. */
  share: number;
}

export interface TaskLine {
  progress: Announcements<TaskShare>;
  end: (task: TaskId) => void;
}

/** By which tasks are told of and ended; provided by the Lab. */
export const Tasks = createContext<TaskLine>({ progress: new Announcements(), end: () => {} });

export interface Task<Request, Value> {
  /** Null while nothing runs. */
  running: { request: Request; share: number } | null;
  /** The newest answer that was not "cancelled". */
  last: { request: Request; answer: Answer<Value>; milliseconds: number } | null;
  /** The newest run was cancelled. */
  cancelled: boolean;
  /** Ends what runs, which is wanted no longer. */
  start: (request: Request) => void;
  cancel: () => void;
}

/** @param work asks the host under the id it is given */
export function useTask<Request, Value>(
  work: (request: Request, task: TaskId) => Promise<Answer<Value>>,
): Task<Request, Value> {
  const line = useContext(Tasks);
  const [running, setRunning] = useState<Task<Request, Value>["running"]>(null);
  const [last, setLast] = useState<Task<Request, Value>["last"]>(null);
  const [cancelled, setCancelled] = useState(false);
  const current = useRef<TaskId | null>(null);

  const end = () => {
    if (current.current !== null) line.end(current.current);
    current.current = null;
    setRunning(null);
  };

  useEffect(() => {
    const leave = line.progress.subscribe(({ task, share }) => {
      if (task === current.current) setRunning((before) => before && { ...before, share });
    });
    return () => {
      leave();
      if (current.current !== null) line.end(current.current);
      current.current = null;
    };
  }, [line]);

  return {
    running,
    last,
    cancelled,
    start(request) {
      end();
      const task = newTaskId();
      const startedAt = performance.now();
      current.current = task;
      setCancelled(false);
      setRunning({ request, share: 0 });
      void asked(work(request, task)).then((answer) => {
        if (task !== current.current) return;
        current.current = null;
        setRunning(null);
        if (!answer.ok && answer.error.reason === "cancelled") setCancelled(true);
        else setLast({ request, answer, milliseconds: performance.now() - startedAt });
      });
    },
    cancel() {
      end();
      setCancelled(true);
    },
  };
}

let tasks = 0;

/** Another one in every view and after every reload. */
function newTaskId(): TaskId {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${tasks++}`;
}
