import { z } from 'zod';

/**
 * An XML element as plain data. Prefixes are resolved: `name` is the local name and the namespace stands in
 * `attrs.xmlns` wherever it differs from the parent's. Stanzas carry no `xmlns` (the stream's is implied).
 */
export interface XmlElement {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

export const XmlElement: z.ZodType<XmlElement> = z.lazy(() =>
  z.object({
    name: z.string(),
    attrs: z.record(z.string(), z.string()),
    children: z.array(z.union([z.string(), XmlElement])),
  }),
);
