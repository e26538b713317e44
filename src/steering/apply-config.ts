/** What a steering config does to one user: the definition that generated code has to meet. */
import type { SteeringConfig } from "../protocol/steering";
import type { Sae } from "../sae/model";
import { concerns, rulesFor } from "./config-file";
import { steeredVector } from "./steer";

/**
 * x' of a user under a config. A user of no rule's audience keeps x to the bit, in either mode.
 *
 * @param user id of the user
 * @param x user embedding, d values
 */
export function steeredByConfig(sae: Sae, config: SteeringConfig, user: string, x: ArrayLike<number>): Float64Array {
  return concerns(config, user) ? steeredVector(sae, x, rulesFor(config, user), config.mode) : Float64Array.from(x);
}
