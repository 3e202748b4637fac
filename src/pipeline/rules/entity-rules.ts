import type { OpenFault } from './open-fault.ts';
import { StillMemory } from './still-memory.ts';

/** What the rules beside the score know of one entity: its telemetry, not what it does. */
export interface EntityRules {
  /** First step in which a sample of it came; `null` before, and in states of earlier versions. */
  seenFromStep: number | null;
  /** Newest step in which one came. */
  lastStep: number | null;
  /** Its silence counts from here on at the soonest: until then its source, or its partition, stood still too. */
  silentFromStep: number | null;
  absence: OpenFault | null;
  flatline: OpenFault | null;
  readonly still: StillMemory;
}

/** The part of it that is JSON; `still` are bytes of their own. */
export type RulesHeader = Omit<EntityRules, 'still'>;

/** The rules' memory of an entity that nothing is known of. */
export function newEntityRules(features: number): EntityRules {
  return {
    seenFromStep: null,
    lastStep: null,
    silentFromStep: null,
    absence: null,
    flatline: null,
    still: new StillMemory(features),
  };
}
