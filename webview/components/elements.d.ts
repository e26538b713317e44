/** Types of what is not TypeScript: style sheets, and the custom elements we use as JSX tags. */
import type { HTMLAttributes } from "preact";

type Tag<Own> = Omit<HTMLAttributes<HTMLElement>, keyof Own> & Own;

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "vscode-button": Tag<{ secondary?: boolean; block?: boolean; disabled?: boolean }>;
      "vscode-progress-bar": Tag<{ value?: number; max?: number; indeterminate?: boolean; "aria-label": string }>;
      "vscode-tabs": Tag<{ "selected-index": number; "onvsc-tabs-select": (event: CustomEvent) => void }>;
      "vscode-tab-header": Tag<{ slot?: string }>;
      "vscode-tab-panel": Tag<{ "aria-label": string }>;
    }
  }
}
