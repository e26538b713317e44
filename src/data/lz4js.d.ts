/** What is used of lz4js, which has no types of its own. */
declare module "lz4js" {
  /** Unpacks a block into `into`, from `at` on; returns where it ends there, which may be beyond `into`. */
  export function decompressBlock(
    packed: Uint8Array,
    into: Uint8Array,
    from: number,
    length: number,
    at: number,
  ): number;
  /** A frame. */
  export function compress(bytes: Uint8Array): Uint8Array;
}
