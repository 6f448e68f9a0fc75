/**
 * All that is published of a SIP address as one document: RFC 3903 §1 leaves it to the compositor how.
 */
import type { PidfDocument, PidfNote, PidfTuple } from '../presence/pidf.ts';
import { writePidf } from '../presence/pidf-write.ts';
import { meaningOfActivities } from '../presence/rpid.ts';
import { dialogCallsIn } from './phone-changes.ts';
import type { Publication } from './published-session.ts';

/** Of a person's devices; all who watch are told of them at once, so it is not to be much. */
const MAX_TUPLES = 8;

const notesOr = (notes: readonly PidfNote[], others: readonly PidfNote[]): readonly PidfNote[] =>
  notes.length > 0 ? notes : others;

/** The tuples of a document, with what it says of the person said of each: others have persons of their own. */
function tuplesOf(document: PidfDocument, calls: number): readonly PidfTuple[] {
  return document.tuples.map((tuple): PidfTuple => {
    const said = tuple.activities ?? document.activities ?? [];
    const { activities: _, ...rest } = tuple;
    const meaning = meaningOfActivities(calls > 0 ? [...said, 'on-the-phone'] : said);
    const isOpen = tuple.isOpen ?? (said.length > 0 || tuple.show !== undefined ? true : undefined);
    if (isOpen !== true) return { ...rest, notes: notesOr(tuple.notes, document.notes) };
    const show = calls > 0 ? 'dnd' : (tuple.show ?? meaning?.show);
    const written = notesOr(tuple.notes, document.notes);
    const notes = meaning?.status === undefined ? written : notesOr(written, [{ text: meaning.status }]);
    return { ...rest, isOpen, ...(show && { show }), notes };
  });
}

/** A phone of which nothing but its calls is known. */
const IN_CALL: PidfDocument = {
  entity: '',
  tuples: [{ id: 'dialog', isOpen: true, notes: [] }],
  notes: [],
};

/** The document as text; undefined: nothing is published. `aor`: whose it is. */
export function mergedPidf(aor: string, publications: readonly Publication[]): string | undefined {
  const calls = dialogCallsIn(publications);
  const documents = publications.flatMap(({ document }) => (document === undefined ? [] : [document]));
  if (documents.length === 0 && calls === 0) return undefined;
  const tuples = (documents.length === 0 ? [IN_CALL] : documents).flatMap((one) => tuplesOf(one, calls));
  return writePidf({
    entity: `pres:${aor.slice('sip:'.length)}`,
    tuples: tuples
      .slice(-MAX_TUPLES)
      .map((tuple, at, all) =>
        all.findIndex(({ id }) => id === tuple.id) === at ? tuple : { ...tuple, id: `${tuple.id}.${at}` },
      ),
    notes: [],
  });
}
