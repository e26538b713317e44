/** What is known of a user, in a line. */
import { type Dataset, itemsOfUser } from "../data/dataset";

/** `F, 25; 53 interactions` */
export function userDetail({ users, interactions }: Dataset, row: number): string {
  const attributes = users.attributes.map(({ values }) => values[row]).filter((value) => value !== "");
  const seen = interactions === null ? [] : [`${itemsOfUser(interactions, row).length} interactions`];
  return [attributes.join(", "), ...seen].filter(Boolean).join("; ");
}
