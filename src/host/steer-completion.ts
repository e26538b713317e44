/** While a steering config is written: neurons by what they stand for, tags, items and users by name, and YAML's keys. */
import { readFile } from "node:fs/promises";
import {
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  CompletionList,
  type Disposable,
  extensions,
  languages,
  MarkdownString,
  type Position,
  Range,
  SnippetString,
  type TextDocument,
  TextEdit,
  type Uri,
} from "vscode";
import type { NeuronRow } from "../protocol/neurons";
import { configPlaceAt } from "./config-language";
import { rangeOf } from "./manifest-document";
import { type JsonNode, type JsonPlace, jsonValue, nodeAt } from "./manifest-tree";
import { type Schema, schemaKeys, schemaValues } from "./schema-suggestions";
import type { Session } from "./session";
import { CONFIG_SELECTOR, languageOf } from "./steer-document";
import { treeOf } from "./steer-inspector";
import { measure } from "./wording";

/** More are found by typing. */
const MOST_LISTED = 300;
/** Completes YAML by the schema that package.json names, as VS Code itself does JSON. */
const YAML_EXTENSION = "redhat.vscode-yaml";

/** What is offered at a place; `text` is what the document gets. */
interface Offer {
  label: string;
  text: string;
  description?: string;
  documentation?: string;
  /** What typing looks for. */
  filter?: string;
  kind: CompletionItemKind;
  /** Where the text has places to fill in. */
  snippet?: boolean;
  /** Changes elsewhere that go with it. */
  also?: TextEdit[];
}

interface Asked {
  document: TextDocument;
  tree: JsonNode | null;
  place: JsonPlace;
  /** What is typed already, without quotes. */
  typed: string;
}

export class SteerCompletion implements CompletionItemProvider {
  #schema: Promise<Schema> | null = null;

  /** @param schemaFile JSON Schema of steering configs */
  constructor(
    private readonly session: Session,
    private readonly schemaFile: Uri,
  ) {}

  register(): Disposable {
    return languages.registerCompletionItemProvider(CONFIG_SELECTOR, this, '"', " ", ":");
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionList> {
    const text = document.getText();
    const place = configPlaceAt(text, languageOf(document), document.offsetAt(position));
    if (place === null) return new CompletionList();
    const range = place.node === null ? new Range(position, position) : rangeOf(document, place.node);
    const before = document.getText(new Range(range.start, position));
    const asked = { document, tree: treeOf(document), place, typed: before.replace(/^["']|["']$/g, "") };
    const { offers, more } = await this.#offers(asked);
    const quote = /^["']/.exec(before)?.[0] ?? "";
    // `neuron:|` lacks the space that YAML wants.
    const space =
      languageOf(document) === "yaml" && place.at === "value" && text[document.offsetAt(position) - 1] === ":";
    const items = offers.map((offer, index) => {
      const { label, description, kind, documentation, also } = offer;
      const item = new CompletionItem(description === undefined ? label : { label, description }, kind);
      const inserted = (space ? " " : "") + offer.text;
      item.range = range;
      item.insertText = offer.snippet === true ? new SnippetString(inserted) : inserted;
      item.filterText = quote + (offer.filter ?? label);
      item.sortText = `0${String(index).padStart(5, "0")}`;
      if (documentation !== undefined) item.documentation = new MarkdownString().appendText(documentation);
      if (also !== undefined) item.additionalTextEdits = also;
      return item;
    });
    return new CompletionList(items, more);
  }

  /** `more`: another word typed finds others. */
  async #offers(asked: Asked): Promise<{ offers: Offer[]; more: boolean }> {
    const { document, place } = asked;
    const data = place.at === "value" ? await this.#data(asked) : null;
    if (data !== null) return data;
    // What the schema alone knows, VS Code completes in JSON itself.
    if (languageOf(document) === "json" || extensions.getExtension(YAML_EXTENSION) !== undefined) return none();
    return { offers: await this.#bySchema(asked), more: false };
  }

  /** What the project knows; null where the place is of another kind. */
  async #data(asked: Asked): Promise<{ offers: Offer[]; more: boolean } | null> {
    const { path } = asked.place;
    const [above, key] = path.slice(-2);
    const parent = path.slice(0, -1);
    const { project } = this.session.state;
    if (key === "neuron") return project?.sae == null ? none() : this.#neurons(asked, project.id);
    if (key === "label") return this.#label(asked, project?.id);
    if (project === null) return null;
    const { engine } = this.session;
    if (key === "column" || key === "tag") {
      const { tags } = await engine.vocabulary(project.id);
      if (key === "column")
        return all([...new Set(tags.map(({ column }) => column))].map((column) => this.#text(asked, column)));
      const column = jsonValue(nodeAt(asked.tree, [...parent, "column"]));
      const fitting = tags.filter((one) => one.column === column || column === undefined);
      return all(fitting.map(({ tag, items }) => this.#text(asked, tag, `${items.toLocaleString("en")} items`)));
    }
    if (key === "where") {
      const { userColumns } = await engine.vocabulary(project.id);
      return all(
        userColumns.map(({ name, type, examples }) => ({
          ...this.#text(asked, `${name} `, `${type}: ${examples.join(", ")}`),
          label: name,
        })),
      );
    }
    if (typeof key !== "number") return null;
    if (above === "users") {
      const users = await engine.findUsers(project.id, asked.typed, MOST_LISTED);
      return { offers: users.map(({ id, detail }) => this.#text(asked, id, detail)), more: true };
    }
    if (above === "items" && path.at(-3) === "items") {
      const items = await engine.findItems(project.id, asked.typed, MOST_LISTED);
      return {
        offers: items.map(({ id, title, year }) => ({
          ...this.#text(asked, id, year === null ? id : `${id} · ${year}`),
          label: title,
          filter: `${title} ${id}`,
        })),
        more: true,
      };
    }
    return null;
  }

  async #neurons(
    { document, tree, place, typed }: Asked,
    project: string,
  ): Promise<{ offers: Offer[]; more: boolean }> {
    const { engine } = this.session;
    const query = { sort: "confidence", descending: true, limit: MOST_LISTED } as const;
    const { rows, total } = await engine.neurons(project, query);
    // Of many neurons those that fit what is typed; a query that is not finished finds none.
    const fitting =
      total > rows.length && typed !== ""
        ? await engine.neurons(project, { ...query, search: typed }).catch(() => ({ rows }))
        : { rows };
    const label = nodeAt(tree, [...place.path.slice(0, -1), "label"]);
    const offers = fitting.rows.map((row): Offer => {
      const name = row.label === "" ? "(no name)" : row.label;
      const also = label === null ? undefined : [TextEdit.replace(rangeOf(document, label), JSON.stringify(row.label))];
      return {
        label: `${name} (${row.neuron})`,
        text: String(row.neuron),
        filter: `${name} ${row.neuron}`,
        description: neuronDetail(row),
        kind: CompletionItemKind.EnumMember,
        ...(also === undefined ? {} : { also }),
      };
    });
    return { offers, more: total > rows.length };
  }

  async #label(asked: Asked, project: string | undefined): Promise<{ offers: Offer[]; more: boolean } | null> {
    const neuron = jsonValue(nodeAt(asked.tree, [...asked.place.path.slice(0, -1), "neuron"]));
    if (typeof neuron !== "number" || project === undefined) return null;
    const { rows } = await this.session.engine.neurons(project, { search: String(neuron), limit: MOST_LISTED });
    return all(rows.filter((row) => row.neuron === neuron).map(({ label }) => this.#text(asked, label)));
  }

  async #bySchema({ tree, place }: Asked): Promise<Offer[]> {
    this.#schema ??= readFile(this.schemaFile.fsPath, "utf8").then((text) => JSON.parse(text) as Schema);
    const schema = await this.#schema;
    const document = jsonValue(tree);
    if (place.at === "value") {
      const values = schemaValues(schema, document, place.path).map(({ value, description }) => ({
        label: String(value),
        text: String(value),
        documentation: description,
        kind: CompletionItemKind.EnumMember,
      }));
      if (values.length > 0) return values;
    }
    // What is being typed is no key yet.
    const holder = place.at === "key" && place.node !== null ? place.path.slice(0, -1) : place.path;
    return schemaKeys(schema, document, holder).map(({ key, description, required, holds }) => ({
      label: key,
      text: holds === "object" ? `${key}:\n  $0` : holds === "array" ? `${key}:\n  - $0` : `${key}: $0`,
      description: required ? "required" : "",
      documentation: description,
      kind: CompletionItemKind.Property,
      snippet: true,
    }));
  }

  /** Text as a value, in quotes where the language wants them. */
  #text({ document }: Asked, value: string, description?: string): Offer {
    const bare =
      languageOf(document) === "yaml" && /^\p{L}[\p{L}\p{N}_ ./+()'-]*$/u.test(value) && !value.endsWith(" ");
    const text = bare ? value : JSON.stringify(value);
    return { label: value, text, kind: CompletionItemKind.Value, ...(description ? { description } : {}) };
  }
}

/** `tag, high confidence; precision@10 .92, base rate .09` */
function neuronDetail({ label, kind, confidence, purity10, purity10BaseRate, ms }: NeuronRow): string {
  if (kind === "dead") return "dead: nothing activates it";
  if (label === "") return `MS ${measure(ms)}`;
  const proof = purity10 === null ? "" : `; precision@10 ${measure(purity10)}, base rate ${measure(purity10BaseRate)}`;
  return `${kind}, ${confidence} confidence${proof}`;
}

function none(): { offers: Offer[]; more: boolean } {
  return { offers: [], more: false };
}

function all(offers: Offer[]): { offers: Offer[]; more: boolean } {
  return { offers, more: false };
}
