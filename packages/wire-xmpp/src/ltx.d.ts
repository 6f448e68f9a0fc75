/** The part of ltx that the tests compare with; it brings no types. */
declare module 'ltx' {
  export interface LtxElement {
    getName(): string;
    getNS(): string | undefined;
    readonly attrs: Readonly<Record<string, string>>;
    readonly children: readonly (LtxElement | string)[];
  }
  export function parse(text: string): LtxElement;
}
