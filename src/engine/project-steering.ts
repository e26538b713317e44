/** What steering needs of an open project: its context, made when the first edit is tried. */
import { type SteeringContext, steeringContext } from "../steering/context";
import { seedOf } from "./measured-rows";
import type { OpenSae } from "./open-sae";
import type { Project } from "./project";

export function projectSteering(
  { dataset, recommender }: Pick<Project, "dataset" | "recommender">,
  sae: OpenSae,
  usersWhere: SteeringContext["usersWhere"],
): SteeringContext {
  return steeringContext({
    dataset,
    recommender,
    sae: sae.artifact.sae,
    get labels() {
      return sae.artifact.labels.neurons;
    },
    get concepts() {
      return sae.concepts;
    },
    seed: seedOf(sae.artifact.sae),
    usersWhere,
  });
}
