/** Work asked for faster than it can be done: one run at a time, and the newest request always gets its turn. */

/**
 * Returns a function that takes requests. At most one `run` is in flight; requests made meanwhile replace each
 * other, and the last of them runs next. Results are delivered in the order of their requests.
 *
 * @param run must not reject; the next request runs even if it does
 */
export function latestWins<Request, Result>(
  run: (request: Request) => Promise<Result>,
  deliver: (result: Result, request: Request) => void,
): (request: Request) => void {
  let running = false;
  let waiting: { request: Request } | null = null;

  function start(request: Request): void {
    running = true;
    run(request)
      .then((result) => deliver(result, request))
      .finally(() => {
        const next = waiting;
        running = false;
        waiting = null;
        if (next !== null) start(next.request);
      });
  }

  return (request) => {
    if (running) waiting = { request };
    else start(request);
  };
}
