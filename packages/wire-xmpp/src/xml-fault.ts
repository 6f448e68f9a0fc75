/**
 * Why XML was refused, in the words of the stream errors that tell the other side. RFC 6120 §4.9.3, §11.
 */
export interface XmlFault {
  readonly condition: 'not-well-formed' | 'restricted-xml' | 'bad-namespace-prefix' | 'policy-violation';
  /** One phrase for the log. */
  readonly detail: string;
}

export const notWellFormed = (detail: string): XmlFault => ({ condition: 'not-well-formed', detail });
export const restricted = (detail: string): XmlFault => ({ condition: 'restricted-xml', detail });
export const badPrefix = (detail: string): XmlFault => ({ condition: 'bad-namespace-prefix', detail });
export const overLimit = (detail: string): XmlFault => ({ condition: 'policy-violation', detail });

export const isFault = (value: object): value is XmlFault => 'condition' in value;
