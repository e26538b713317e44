/** Text from files within Markdown. */

/** Text of a file says what it says, and neither links nor formats. */
export function plainText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>()#+!|~&^$:@]|(?<=^\d+)\./g, (one) => `&#${one.charCodeAt(0)};`);
}
