/** A number in a table, its background the stronger the larger it is; the number itself says all. */

/** @param share how strong, in [0, 1] */
export function ShadedCell({ share, text }: { share: number; text: string }) {
  const shade = Math.round(55 * Math.min(1, Math.max(0, share)));
  return (
    <td class="number shaded-cell" style={{ "--shade": `${shade}%` }}>
      {text}
    </td>
  );
}
