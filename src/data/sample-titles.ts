/** Made-up film titles: unique, and with words that fit the genre. No film is meant. */
import type { Random } from "./random";

const ADJECTIVES =
  "Silent Golden Distant Hidden Crimson Quiet Broken Winter Midnight Paper Silver Wandering Forgotten Burning Gentle Hollow Velvet Restless Crooked Emerald Last Secret Northern Fading Borrowed Lonely Bright Sleeping Wild Stolen Endless Copper Little Painted Second Blue Rising Patient Scarlet Unwritten".split(
    " ",
  );

const PLACES =
  "Harbor Orchard Lighthouse Avenue Island Station Valley River Garden Bridge Meadow Hotel Market Coast Attic Theater Mill Terrace Lagoon Square".split(
    " ",
  );

const NOUNS: Record<string, string[]> = Object.fromEntries(
  Object.entries({
    Drama: "Letter Promise Inheritance Daughter Silence Season Witness Portrait Homecoming Confession",
    Comedy: "Wedding Neighbor Parrot Mix-Up Honeymoon Bakery Landlord Reunion Butler Vacation",
    Thriller: "Alibi Stranger Signal Passenger Deadline Informant Cipher Hostage Suspicion Blackout",
    Romance: "Kiss Waltz Sweetheart Summer Serenade Rendezvous Valentine Embrace Courtship Moonlight",
    Action: "Strike Vengeance Pursuit Commando Showdown Fury Outbreak Bullet Squadron Inferno",
    Adventure: "Voyage Expedition Treasure Compass Caravan Lagoon Quest Horizon Falcon Galleon",
    Crime: "Heist Detective Syndicate Verdict Smuggler Getaway Ransom Racket Bootlegger Fence",
    "Sci-Fi": "Orbit Android Nebula Colony Starship Paradox Reactor Comet Supernova Asteroid",
    Horror: "Crypt Scream Haunting Graveyard Shadow Curse Cellar Phantom Scarecrow Nightmare",
    Animation: "Hedgehog Dragonfly Kite Snowman Kitten Balloon Toymaker Acorn Penguin Puddle",
    Musical: "Song Chorus Ballet Melody Overture Cabaret Tango Refrain Encore Lullaby",
    Western: "Canyon Saddle Stagecoach Outlaw Prairie Mustang Gunslinger Ranch Sundown Rodeo",
  }).map(([genre, words]) => [genre, words.split(" ")]),
);

/** Draws titles for films of a genre, never the same twice. */
export class TitleMaker {
  private readonly taken = new Set<string>();

  constructor(private readonly random: Random) {}

  next(genre: string): string {
    for (;;) {
      const title = this.draw(NOUNS[genre]);
      if (this.taken.has(title)) continue;
      this.taken.add(title);
      return title;
    }
  }

  private draw(nouns: string[]): string {
    const of = (words: string[]) => words[this.random.integer(words.length)];
    const [adjective, noun, place] = [of(ADJECTIVES), of(nouns), of(PLACES)];
    switch (this.random.integer(6)) {
      case 0:
        return `${adjective} ${noun}`;
      case 1:
        return `${noun} at the ${adjective} ${place}`;
      case 2:
        return `The ${noun} of ${place} ${this.random.integer(2) === 0 ? "Street" : "Hill"}`;
      case 3:
        return `Goodbye, ${adjective} ${noun}`;
      default:
        return `The ${adjective} ${noun}`;
    }
  }
}
