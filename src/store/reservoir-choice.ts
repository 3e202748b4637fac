/** One block of the training reservoir, without its rows. */
export interface ReservoirEntry {
  readonly entityId: number;
  readonly entityHash: number;
  readonly blockStep: number;
  readonly hourOfWeek: number;
  /** Seeded hash of the block: decides between blocks that are worth the same. */
  readonly hash: number;
  readonly cellCount: number;
}

/**
 * Which blocks have to go so that no more than `maxCells` values stay: always one of the entity with the most blocks, there
 * one of the hour of the week with the most, there the one with the largest hash. For blocks of equal size the
 * outcome does not depend on the order in which they came, so a replay ends with the same reservoir.
 */
export function chooseEvictions(
  entries: ReadonlyMap<number, readonly ReservoirEntry[]>,
  maxCells: number,
): ReservoirEntry[] {
  let total = 0;
  for (const list of entries.values()) for (const entry of list) total += entry.cellCount;
  if (total <= maxCells) return [];
  const left = new Map(
    [...entries].filter(([, list]) => list.length > 0).map(([id, list]) => [id, [...list]]),
  );
  const evicted: ReservoirEntry[] = [];
  while (total > maxCells && left.size > 0) {
    for (const list of fullestEntities(left)) {
      const entry = takeLeastWanted(list);
      evicted.push(entry);
      total -= entry.cellCount;
      if (list.length === 0) left.delete(entry.entityId);
      if (total <= maxCells) break;
    }
  }
  return evicted;
}

function fullestEntities(entries: ReadonlyMap<number, ReservoirEntry[]>): ReservoirEntry[][] {
  let most = 0;
  for (const list of entries.values()) most = Math.max(most, list.length);
  const fullest = [...entries.values()].filter((list) => list.length === most);
  return fullest.sort((a, b) => (b[0]?.entityHash ?? 0) - (a[0]?.entityHash ?? 0));
}

function takeLeastWanted(list: ReservoirEntry[]): ReservoirEntry {
  const perHour = new Map<number, number>();
  for (const { hourOfWeek } of list) perHour.set(hourOfWeek, (perHour.get(hourOfWeek) ?? 0) + 1);
  let at = 0;
  let worst: ReservoirEntry | undefined;
  for (const [index, entry] of list.entries()) {
    const crowd = perHour.get(entry.hourOfWeek) ?? 0;
    const worstCrowd = worst === undefined ? -1 : (perHour.get(worst.hourOfWeek) ?? 0);
    if (crowd > worstCrowd || (crowd === worstCrowd && entry.hash > (worst?.hash ?? -1))) {
      worst = entry;
      at = index;
    }
  }
  list.splice(at, 1);
  if (worst === undefined) throw new Error('An entity without blocks has none to give up.');
  return worst;
}
