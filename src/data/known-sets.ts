/** The public data sets that are known by their files. */
import { amazonReviews } from "./known-amazon";
import { lastFm } from "./known-lastfm";
import { movieLens } from "./known-movielens";
import { type KnownSet, SiblingFiles } from "./known-set";

const RECOGNISERS = [movieLens, lastFm, amazonReviews];

/**
 * The data set that lies in a folder, or in the first of its subfolders to hold one.
 *
 * @param files below the folder, relative to it, those nearer to the top first
 */
export async function knownSetAmong(folder: string, files: readonly string[]): Promise<KnownSet | null> {
  const siblings = new Map<string, string[]>();
  for (const file of files) {
    const name = file.slice(file.lastIndexOf("/") + 1);
    const prefix = file.slice(0, file.length - name.length);
    const known = siblings.get(prefix);
    if (known === undefined) siblings.set(prefix, [name]);
    else known.push(name);
  }
  for (const [prefix, names] of siblings) {
    const together = new SiblingFiles(folder, prefix, names);
    for (const recognise of RECOGNISERS) {
      const known = await recognise(together);
      if (known !== null) return known;
    }
  }
  return null;
}
