/** A steering config as JSON, the bytes that `*.steer.json` holds. */
import type { SteeringConfig } from "../protocol/steering";
import { stringifySteeringConfig } from "../steering/config-text";

export function generateJson(config: SteeringConfig): string {
  return stringifySteeringConfig(config);
}
