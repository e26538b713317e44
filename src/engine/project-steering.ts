/** What steering needs of an open project: its context, made when the first edit is tried. */
import { type SteeringContext, steeringContext } from "../steering/context";
import { seedOf } from "./measured-rows";
import type { OpenSae } from "./open-sae";
import type { Project } from "./project";

export function projectSteering(
  { dataset, recommender, userTable }: Pick<Project, "dataset" | "recommender" | "userTable">,
  sae: OpenSae,
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
    usersWhere: (condition, signal) => userTable.rowsWhere(condition, signal),
  });
}
