/** The theme's colours for what is drawn on a canvas, which style sheets do not reach. */
import { useEffect, useState } from "preact/hooks";

/** Rises whenever the editor's theme changes. */
export function useThemeVersion(): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    // VS Code writes the colours to the root's style and the kind of theme to the body's class.
    const observer = new MutationObserver(() => setVersion((before) => before + 1));
    observer.observe(document.documentElement, { attributeFilter: ["style"] });
    observer.observe(document.body, { attributeFilter: ["class"] });
    return () => observer.disconnect();
  }, []);
  return version;
}

/** @param variable such as `--accent` */
export function themeColour(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
