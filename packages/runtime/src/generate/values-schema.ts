import { KEY_TREE, type KeyNode } from '../config/key-tree.ts';

/**
 * The Helm chart's values.schema.json: what stands in `current`, and under `config` the keys of the configuration. There
 * nothing is required at the top, so that values may come from several files; draft 7 is what every Helm reads.
 */
export function valuesSchema(current: string): string {
  const schema = JSON.parse(current) as { properties: Record<string, KeyNode> };
  const { type, properties } = KEY_TREE;
  schema.properties.config = {
    type,
    properties,
    additionalProperties: false,
    description: 'The configuration of Stoxgate.',
  } as KeyNode;
  return `${JSON.stringify(schema, null, 2)}\n`;
}
