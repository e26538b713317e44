/** One question to the host, asked anew whenever what it depends on changes. */
import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";

/** Null until the answer to the newest question is there. `question` null asks nothing. */
export function useAnswer<Value>(
  question: (() => Promise<Answer<Value>>) | null,
  dependsOn: readonly unknown[],
): Answer<Value> | null {
  const [answer, setAnswer] = useState<Answer<Value> | null>(null);
  useEffect(() => {
    let wanted = true;
    setAnswer(null);
    question?.().then((given) => {
      if (wanted) setAnswer(given);
    });
    return () => {
      wanted = false;
    };
  }, dependsOn);
  return answer;
}
