/** Tells of a neuron of a steering config what it stands for and how that is known. */
import {
  ColorThemeKind,
  type Disposable,
  Hover,
  type HoverProvider,
  languages,
  MarkdownString,
  type Position,
  type TextDocument,
  window,
} from "vscode";
import type { NeuronDetail } from "../protocol/neurons";
import type { ImageColours } from "./histogram-image";
import { rangeOf } from "./manifest-document";
import { nodeAt } from "./manifest-tree";
import { neuronEvidence } from "./neuron-evidence";
import type { Session } from "./session";
import { CONFIG_SELECTOR } from "./steer-document";
import { namedNeurons, type SteerInspector, treeOf } from "./steer-inspector";

export class SteerHover implements HoverProvider {
  constructor(
    private readonly session: Session,
    private readonly inspector: SteerInspector,
  ) {}

  register(): Disposable {
    return languages.registerHoverProvider(CONFIG_SELECTOR, this);
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | null> {
    const { project } = this.session.state;
    if (project?.sae == null) return null;
    const tree = treeOf(document);
    const offset = document.offsetAt(position);
    for (const { named, span } of namedNeurons(tree, this.inspector.known(document)?.neurons ?? [])) {
      const label = nodeAt(tree, [...named.path.slice(0, -1), "label"]);
      const around = [span, label].find((one) => one !== null && offset >= one.start && offset <= one.end);
      if (around == null || named.label === null) continue;
      const neuron = await this.session.engine.neuron(project.id, named.neuron);
      return new Hover(evidence(neuron), rangeOf(document, around));
    }
    return null;
  }
}

function evidence(neuron: NeuronDetail): MarkdownString {
  const command = "recprism.showNeuron";
  const link = `[Show in the Lab](command:${command}?${encodeURIComponent(JSON.stringify([neuron.neuron]))})`;
  const markdown = new MarkdownString(neuronEvidence(neuron, colours(), link));
  markdown.isTrusted = { enabledCommands: [command] };
  return markdown;
}

/** An image cannot ask for the theme's colours. */
function colours(): ImageColours {
  switch (window.activeColorTheme.kind) {
    case ColorThemeKind.Light:
      return { bars: "#1a85ff", axis: "#767676" };
    case ColorThemeKind.HighContrastLight:
      return { bars: "#0f4a85", axis: "#292929" };
    case ColorThemeKind.HighContrast:
      return { bars: "#3794ff", axis: "#ffffff" };
    default:
      return { bars: "#3794ff", axis: "#8b8b8b" };
  }
}
