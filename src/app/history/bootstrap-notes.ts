import type { DetectorSpec } from '../../core/detector.ts';
import type { StoreWriter } from '../../store/store-writer.ts';

/**
 * What became of a detector's history. `reading`: it was begun, and is begun anew after a crash; `read`: the present begins at `presentMs`;
 * `whole`: the topic is read from its beginning.
 */
export interface BootstrapNote {
  readonly state: 'reading' | 'read' | 'whole';
  readonly presentMs: number;
}

/** Name of the note: other features are another history. */
export function noteName({ name, stepMs, features }: DetectorSpec): string {
  const columns = features.map((feature) => [
    feature.name,
    feature.metric,
    feature.where,
    feature.as,
    feature.aggregate,
    ...(feature.quantile === undefined ? [] : [feature.quantile]),
  ]);
  return `bootstrap/${name}/${stepMs}/${JSON.stringify(columns)}`;
}

/** The detector's note, `null` if its history was never begun. */
export function bootstrapNote(store: Pick<StoreWriter, 'note'>, spec: DetectorSpec): BootstrapNote | null {
  const text = store.note(noteName(spec));
  return text === null ? null : (JSON.parse(text) as BootstrapNote);
}

/** Whether a detector's history is still to be read: it asks for it, and nothing is known of it but what a reading that was cut off left. */
export function isToBeRead(store: StoreWriter, spec: DetectorSpec): boolean {
  if (spec.training.bootstrap === undefined) return false;
  const note = bootstrapNote(store, spec);
  return note === null ? store.newestMs(spec) === -Infinity : note.state === 'reading';
}
