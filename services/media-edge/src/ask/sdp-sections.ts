/** Lines of the session part, then those of each m-line; empty lines are left out. Total. */
export function sectionsOf(sdp: string): string[][] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r\n|\r|\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

export const textOf = (sections: readonly (readonly string[])[]): string =>
  sections
    .flat()
    .map((line) => `${line}\r\n`)
    .join('');
