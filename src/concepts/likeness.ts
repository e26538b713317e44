/** What an unlabelled neuron is called: by its most typical items. */
import { type Items, titleOf } from "../data/dataset";
import { strongest } from "./strongest";

const LONGEST_TITLE = 40;

/** `like Alien, The Thing`: the two most active items, without years, and with articles where they are spoken. */
export function likeness(activations: Float32Array, items: Items): string {
  const typical = strongest(activations, 2).map((item) => shortTitle(titleOf(items, item)));
  if (typical.length === 0) return "active on users only";
  const isConstant = activations.length > 1 && activations.every((activation) => activation === activations[0]);
  return isConstant ? "active on all items alike" : `like ${typical.join(", ")}`;
}

function shortTitle(title: string): string {
  const plain = (title.replace(/\s*\(\d{4}\)\s*$/, "") || title).replace(/^(.+), (The|An?)$/, "$2 $1");
  const characters = [...plain];
  return characters.length <= LONGEST_TITLE
    ? plain
    : `${characters
        .slice(0, LONGEST_TITLE - 1)
        .join("")
        .trimEnd()}…`;
}
