/** Fields of one line; undefined when quotes do not match. RFC 4180 §2, but for line breaks inside a field. */
export function csvFields(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(,|$)/.exec(rest);
    const plain = quoted === null ? /^\s*([^",]*?)\s*(,|$)/.exec(rest) : null;
    const match = quoted ?? plain;
    if (match === null) return undefined;
    const [whole, field = '', end] = match;
    fields.push(quoted === null ? field : field.replaceAll('""', '"'));
    if (end === '') return fields;
    rest = rest.slice(whole.length);
  }
}
