import type { ScoreTail } from '../../core/score-tail.ts';
import type { InitialCalibrations } from './initial-calibrations.ts';

const FORMAT = 1;

interface Section {
  readonly format: number;
  readonly entityCount: number;
  readonly overall: ScoreTail;
  readonly cohorts: readonly (readonly [string, ScoreTail])[];
  /** Base64 by entity. */
  readonly entities: readonly (readonly [string, string])[];
}

/** The model file's section `calibration`: UTF-8 JSON, numbers to the bit. */
export function encodeCalibrations(calibrations: InitialCalibrations): Uint8Array {
  const section: Section = {
    format: FORMAT,
    entityCount: calibrations.entityCount,
    overall: calibrations.overall,
    cohorts: [...calibrations.cohorts],
    entities: [...calibrations.entities].map(([entity, bytes]) => [
      entity,
      Buffer.from(bytes).toString('base64'),
    ]),
  };
  return new TextEncoder().encode(JSON.stringify(section));
}

/** Reads the section; throws if another version wrote it. */
export function decodeCalibrations(bytes: Uint8Array): InitialCalibrations {
  const section = JSON.parse(new TextDecoder().decode(bytes)) as Section;
  if (section.format !== FORMAT) {
    throw new Error(
      `the model file's calibration has format ${section.format}, this version reads ${FORMAT}; train the model again`,
    );
  }
  return {
    entityCount: section.entityCount,
    overall: section.overall,
    cohorts: new Map(section.cohorts),
    entities: new Map(
      section.entities.map(([entity, base64]) => [entity, new Uint8Array(Buffer.from(base64, 'base64'))]),
    ),
  };
}
