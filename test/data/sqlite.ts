/** The SQLite of this Node, which writes the files that tests read: absent before Node 22. */
export const sqlite = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule?.("node:sqlite") as
  | { DatabaseSync: new (file: string) => { exec(sql: string): void; close(): void } }
  | undefined;
