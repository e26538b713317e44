/** One question to the host, asked anew whenever what it depends on changes. */
import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";

/**
 * Null until the answer to the newest question is there. `question` null asks nothing.
 *
 * @param refreshedBy asks anew too, and keeps showing the last answer meanwhile
 */
export function useAnswer<Value>(
  question: (() => Promise<Answer<Value>>) | null,
  dependsOn: readonly unknown[],
  refreshedBy: readonly unknown[] = [],
): Answer<Value> | null {
  const [answer, setAnswer] = useState<Answer<Value> | null>(null);
  useEffect(() => setAnswer(null), dependsOn);
  useEffect(() => {
    let wanted = true;
    question?.().then((given) => {
      if (wanted) setAnswer(given);
    });
    return () => {
      wanted = false;
    };
  }, [...dependsOn, ...refreshedBy]);
  return answer;
}
