/** HTML of which no part can be mistaken: text that is put into a template is shown as it is, never read as markup. */

/** Markup of ours. */
export class Markup {
  constructor(readonly text: string) {}
}

type Content = Markup | string | number | null | readonly Content[];

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Markup with what is put into it: text and numbers are escaped, lists joined, nulls left out. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(
    parts.map((part, index) => part + (index < contents.length ? written(contents[index]) : "")).join(""),
  );
}

function written(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(written).join("");
  return escaped(String(content));
}

/** Control characters have no look of their own, and a NUL would end the text in some readers. */
function escaped(text: string): string {
  return text.replace(/\p{Cc}/gu, " ").replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

/** Text from a person's files: in whatever direction it is written, what stands around it keeps its place. */
export function foreign(text: string): Markup {
  return html`<bdi>${text}</bdi>`;
}

export interface HtmlColumn<Row> {
  heading: string;
  /** Numbers stand right. */
  figure?: boolean;
  cell(row: Row): Content;
}

/** A table whose first cells head their rows. */
export function htmlTable<Row>(caption: string, rows: readonly Row[], columns: readonly HtmlColumn<Row>[]): Markup {
  const kind = ({ figure }: HtmlColumn<Row>) => (figure ? html` class="figure"` : null);
  return html`<div class="scrolled"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col"${kind(column)}>${column.heading}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${columns.map((column, index) =>
      index === 0
        ? html`<th scope="row"${kind(column)}>${column.cell(row)}</th>`
        : html`<td${kind(column)}>${column.cell(row)}</td>`,
    )}</tr>
`,
)}</tbody>
</table></div>
`;
}
