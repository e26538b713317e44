/** An audience as it is found in the data: how many users, and who some of them are. */
import { userDetail } from "../concepts/user-detail";
import type { AudienceSummary } from "../protocol/effect";
import type { Audience } from "../protocol/steering";
import { audienceRows } from "../steering/audience";
import type { SteeringContext } from "../steering/context";

const EXAMPLES = 5;

/** @throws RecPrismError as `audienceRows` */
export async function audienceSummary(
  context: SteeringContext,
  audience: Audience,
  signal?: AbortSignal,
): Promise<AudienceSummary> {
  const { dataset } = context;
  const { ids } = dataset.users;
  const rows = await audienceRows(context, audience, signal);
  const size = rows?.length ?? ids.length;
  const examples = Array.from({ length: Math.min(EXAMPLES, size) }, (_, at) => rows?.[at] ?? at);
  return {
    size,
    of: ids.length,
    examples: examples.map((row) => ({ id: ids.at(row), detail: userDetail(dataset, row) })),
  };
}
