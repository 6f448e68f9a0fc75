/** Bounds on one element from the wire, nested ones included. */
export interface XmlLimits {
  /** UTF-8 bytes of the whole element. */
  readonly maxBytes: number;
  /** Levels of nesting; the element itself is level 1. */
  readonly maxDepth: number;
  /** Attributes of one element, namespace declarations included. */
  readonly maxAttributes: number;
}

export const DEFAULT_XML_LIMITS: XmlLimits = { maxBytes: 262_144, maxDepth: 64, maxAttributes: 128 };
