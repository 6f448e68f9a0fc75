import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const present = new Set<string>();

/** Removes what is left of all scratch directories; for the end of the process. */
export function removeScratchDirectories(): void {
  for (const path of present) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  present.clear();
}

export interface ScratchDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/** A new directory under the system's temporary one. */
export async function scratchDirectory(name: string): Promise<ScratchDirectory> {
  const path = await mkdtemp(join(tmpdir(), `stoxgate-${name}-`));
  present.add(path);
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      present.delete(path);
    },
  };
}
