import type { ScoreTail } from '../../core/score-tail.ts';
import type { InitialGuards } from './guards/initial-guards.ts';
import { NO_GUARDS } from './guards/initial-guards.ts';
import type { InitialCalibrations } from './initial-calibrations.ts';

const FORMAT = 2;
/** The same without guards. */
const FORMAT_WITHOUT_GUARDS = 1;

type ByName<Value> = readonly (readonly [string, Value])[];

interface Section {
  readonly format: number;
  readonly entityCount: number;
  readonly overall: ScoreTail;
  readonly cohorts: ByName<ScoreTail>;
  /** Base64 by entity. */
  readonly entities: ByName<string>;
  /** Base64 by cohort; absent in files of earlier versions. */
  readonly hours?: ByName<string>;
  /** All base64; profiles are little-endian floats. */
  readonly guards?: {
    readonly overall: string;
    readonly cohorts: ByName<string>;
    readonly entities: ByName<string>;
  };
}

/** The model file's section `calibration`: UTF-8 JSON, numbers to the bit. */
export function encodeCalibrations(calibrations: InitialCalibrations): Uint8Array {
  const { guards } = calibrations;
  const section: Section = {
    format: FORMAT,
    entityCount: calibrations.entityCount,
    overall: calibrations.overall,
    cohorts: [...calibrations.cohorts],
    entities: mapped(calibrations.entities, toBase64),
    hours: mapped(calibrations.hours, floatsToBase64),
    guards: {
      overall: floatsToBase64(guards.overall),
      cohorts: mapped(guards.cohorts, floatsToBase64),
      entities: mapped(guards.entities, toBase64),
    },
  };
  return new TextEncoder().encode(JSON.stringify(section));
}

/** Reads the section; throws if another version wrote it, or it is none. */
export function decodeCalibrations(bytes: Uint8Array): InitialCalibrations {
  const section = parsed(bytes);
  if (section.format !== FORMAT && section.format !== FORMAT_WITHOUT_GUARDS) {
    throw new Error(
      `the model file's calibration has format ${section.format}, this version reads ${FORMAT}; train the model again`,
    );
  }
  for (const tail of [section.overall, ...section.cohorts.map(([, one]) => one)]) checkTail(tail);
  return {
    entityCount: section.entityCount,
    overall: section.overall,
    cohorts: new Map(section.cohorts),
    entities: new Map(section.entities.map(([entity, base64]) => [entity, fromBase64(base64)])),
    hours: floatsByName(section.hours),
    guards: decodeGuards(section.guards),
  };
}

function parsed(bytes: Uint8Array): Section {
  let section: unknown;
  try {
    section = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error('the calibration of the model file is damaged: it is no JSON', { cause: error });
  }
  if (typeof section !== 'object' || section === null) {
    throw new Error('the calibration of the model file is damaged: it is no object');
  }
  const { cohorts = [], entities = [], ...rest } = section as Partial<Section>;
  return { ...rest, cohorts, entities } as Section;
}

/** Numbers that JSON can't say are null there, and would count as 0. */
function checkTail({ rows, median, level, mean, sd }: Partial<ScoreTail> = {}): void {
  if ([rows, median, level, mean, sd].every(Number.isFinite)) return;
  throw new Error('the calibration of the model file is damaged: a tail of scores is no numbers');
}

function decodeGuards(guards: Section['guards']): InitialGuards {
  if (guards === undefined) return NO_GUARDS;
  return {
    overall: floatsFromBase64(guards.overall),
    cohorts: floatsByName(guards.cohorts),
    entities: new Map(guards.entities.map(([entity, base64]) => [entity, fromBase64(base64)])),
  };
}

function mapped<Value, Made>(
  map: ReadonlyMap<string, Value>,
  make: (value: Value) => Made,
): (readonly [string, Made])[] {
  return [...map].map(([name, value]) => [name, make(value)]);
}

function floatsByName(list: ByName<string> = []): Map<string, Float32Array> {
  return new Map(list.map(([name, base64]) => [name, floatsFromBase64(base64)]));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function floatsToBase64(floats: Float32Array): string {
  const bytes = Buffer.alloc(4 * floats.length);
  floats.forEach((value, index) => bytes.writeFloatLE(value, 4 * index));
  return bytes.toString('base64');
}

function floatsFromBase64(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}
