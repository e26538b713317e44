/** Whom a neuron speaks to: the users that activate it most, and what they have in common. */
import { audienceCandidates } from "../concepts/audience";
import { strongest } from "../concepts/strongest";
import { userDetail } from "../concepts/user-detail";
import type { Dataset } from "../data/dataset";
import type { NeuronDetail } from "../protocol/neurons";
import { conceptsAmong } from "./measured-rows";

/** The tenth of the users that activates a neuron most is compared with all. */
const FANS_SHARE = 0.1;
/** Column under which groups by number of interactions stand. */
const ACTIVITY = "activity";

type Audience = NeuronDetail["audience"];

interface Group {
  column: string;
  value: string;
  /** Places of its users among those measured. */
  places: Uint32Array;
}

export class NeuronAudience {
  private found: Group[] | null = null;

  /** @param measured rows of the users measured, ascending */
  constructor(
    private readonly dataset: Dataset,
    private readonly measured: Uint32Array,
  ) {}

  /** @param activations of one neuron on the users measured */
  topUsers(activations: Float32Array, limit: number): NeuronDetail["topUsers"] {
    return strongest(activations, limit).map((place) => {
      const row = this.measured[place];
      return {
        id: this.dataset.users.ids.at(row),
        detail: userDetail(this.dataset, row),
        activation: activations[place],
      };
    });
  }

  /** Empty where no user activates the neuron or nothing is known of users. Shares are of the users measured. */
  of(activations: Float32Array): Audience {
    const least = leastOfFans(activations);
    const isFan = (place: number) => activations[place] > 0 && activations[place] >= least;
    const fans = countIf(activations.keys(), isFan);
    if (fans === 0) return [];
    const audience: Audience = [];
    for (const { column, value, places } of this.groups) {
      const values = audience.find((listed) => listed.column === column)?.values ?? [];
      if (values.length === 0) audience.push({ column, values });
      values.push({
        value,
        share: countIf(places, isFan) / fans,
        baseRate: places.length / activations.length,
        users: places.length,
      });
    }
    return audience;
  }

  private get groups(): Group[] {
    this.found ??= this.groupsMeasured();
    return this.found;
  }

  private groupsMeasured(): Group[] {
    const { users, interactions } = this.dataset;
    return conceptsAmong(audienceCandidates(users, interactions), users.ids.length, this.measured).map((concept) => ({
      column: concept.attribute ?? ACTIVITY,
      value: concept.value,
      places: concept.bearers,
    }));
  }
}

/** Equal activations are in or out together. */
function leastOfFans(activations: Float32Array): number {
  const ascending = activations.slice().sort();
  return ascending[ascending.length - Math.max(1, Math.ceil(FANS_SHARE * ascending.length))];
}

function countIf(places: Iterable<number>, test: (place: number) => boolean): number {
  let count = 0;
  for (const place of places) if (test(place)) count++;
  return count;
}
