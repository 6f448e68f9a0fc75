/** A copy of plain data with NUL removed from every string, as writing a message removes it. */
export const withoutNul = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? part.replaceAll('\0', '') : part,
  ) as Value;
