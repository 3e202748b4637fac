import type { Random } from '../../core/random.ts';
import { createRandom, deriveSeed } from '../../core/random.ts';
import { FAULT_KINDS, injectFault } from '../injected-faults.ts';
import type { FaultKind } from '../injected-faults.ts';
import type { TuningEntity } from './tuning-data.ts';

/** A fault in one entity's normal rows, with the rows before it that its scores look back on. */
export interface Episode {
  readonly entity: string;
  readonly kind: FaultKind;
  /** `[history + faulty, features]`, oldest first. */
  readonly rows: Float64Array;
  /** How many of them, the last ones, are faulty. */
  readonly faulty: number;
}

/** Which rows episodes may lie in, and how much of the past belongs to them. */
export interface EpisodePlace {
  readonly part: 'select' | 'judge';
  readonly features: number;
  /** Rows before an episode, as far as there are any. */
  readonly history: number;
}

/** Episodes of each kind, over all entities. */
const EACH_KIND = 30;
/** Small enough that settings differ in what they see. */
const SIZES = [1, 2, 4];
const LATE_ROWS = [2, 4, 8];
/** Spikes and drops are short, all else lasts. */
const SHORT_ROWS = [1, 2, 4];
const LONG_ROWS = [4, 8, 16];
/** Places tried before an episode is given up: a young entity may have no room. */
const ATTEMPTS = 20;

/** Episodes of every kind at random places of a part, entities in turn; equal seeds give equal episodes. */
export function drawEpisodes(
  entities: readonly TuningEntity[],
  place: EpisodePlace,
  seed: number,
): Episode[] {
  const random = createRandom(deriveSeed(seed, 'episodes', place.part));
  const episodes: Episode[] = [];
  for (const kind of FAULT_KINDS) {
    const offset = random.integer(Math.max(1, entities.length));
    for (let index = 0; index < EACH_KIND; index++) {
      const entity = entities[(offset + index) % entities.length];
      const episode = entity === undefined ? null : drawEpisode(entity, kind, { place, random });
      if (episode !== null) episodes.push(episode);
    }
  }
  return episodes;
}

/** The steps of a part: from the first on, before the second. */
export function partRange(entity: TuningEntity, part: EpisodePlace['part']): readonly [number, number] {
  return part === 'select' ? [entity.selectFrom, entity.judgeFrom] : [entity.judgeFrom, Infinity];
}

function drawEpisode(
  entity: TuningEntity,
  kind: FaultKind,
  { place, random }: { readonly place: EpisodePlace; readonly random: Random },
): Episode | null {
  const { features, history } = place;
  const isShort = kind === 'spike' || kind === 'drop';
  const faulty = pick(isShort ? SHORT_ROWS : LONG_ROWS, random);
  const size = pick(kind === 'phase_shift' ? LATE_ROWS : SIZES, random);
  const feature = random.integer(features);
  const [from, to] = partRange(entity, place.part);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stretch = entity.stretches[random.integer(entity.stretches.length)];
    if (stretch === undefined) return null;
    const least = Math.max(history, from - stretch.firstStep);
    const most = Math.min(stretch.count, to - stretch.firstStep) - faulty;
    if (most < least) continue;
    const first = least + random.integer(most - least + 1);
    const normal = { values: stretch.values, features, spreads: entity.spreads };
    const values = injectFault(normal, { kind, feature, first, rows: faulty, size }, random);
    const rows = values.slice((first - history) * features, (first + faulty) * features);
    return { entity: entity.entity, kind, rows, faulty };
  }
  return null;
}

function pick(items: readonly number[], random: Random): number {
  return items[random.integer(items.length)] ?? 1;
}
