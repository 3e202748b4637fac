/** Where the cells of a heat strip lie; all in CSS pixels. */
export interface HeatLayout {
  readonly columns: number;
  readonly rows: number;
  /** Distance from one cell's edge to the next one's. */
  readonly pitch: number;
  readonly gap: number;
  readonly height: number;
}

/** Cells get smaller with their number, so that thousands are seen at once. */
const PITCHES: readonly (readonly [most: number, pitch: number])[] = [
  [500, 18],
  [2000, 13],
  [Infinity, 10],
];
/** On a phone cells get smaller still, rather than be scrolled through for ever. */
const LEAST_PITCH = 7;
const MOST_HEIGHT = 700;

/** Lays `count` cells out in rows of a strip so wide. */
export function layoutHeat(count: number, width: number): HeatLayout {
  let pitch = PITCHES.find(([most]) => count <= most)?.[1] ?? LEAST_PITCH;
  const columnsOf = (): number => Math.max(1, Math.floor(width / pitch));
  while (pitch > LEAST_PITCH && Math.ceil(count / columnsOf()) * pitch > MOST_HEIGHT) pitch -= 1;
  const columns = columnsOf();
  const rows = Math.ceil(count / columns);
  return { columns, rows, pitch, gap: pitch > 12 ? 2 : 1, height: rows * pitch };
}

/** Number of the cell at a point, -1 if there is none. */
export function cellAt(
  { columns, pitch }: HeatLayout,
  count: number,
  point: { x: number; y: number },
): number {
  const column = Math.floor(point.x / pitch);
  const row = Math.floor(point.y / pitch);
  if (column < 0 || column >= columns || row < 0) return -1;
  const index = row * columns + column;
  return index < count ? index : -1;
}
