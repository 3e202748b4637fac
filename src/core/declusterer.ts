/** Peaks closer than this many steps are one event (RECIPE §1.6). */
export const CLUSTER_GAP = 16;

/** A run of scores above the level that may still go on. */
export interface OpenCluster {
  readonly peak: number;
  readonly firstStep: number;
  /** Last row above the level. */
  readonly lastStep: number;
  readonly rowsAbove: number;
  /** Of all rows since it began, for the level of a run that turns out to be a new normal. */
  readonly rows: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Turns scores into clusters above a level: a cluster ends when 16 steps in a row stay below it. */
export class Declusterer {
  readonly level: number;
  #open: OpenCluster | null;

  constructor(level: number, open: OpenCluster | null = null) {
    this.level = level;
    this.#open = open;
  }

  get open(): OpenCluster | null {
    return this.#open;
  }

  /** Takes the next score in step order; answers the cluster that it closed, else `null`. */
  add(step: number, score: number): OpenCluster | null {
    const closed = this.#open !== null && step - this.#open.lastStep > CLUSTER_GAP ? this.close() : null;
    const above = score > this.level;
    const open = this.#open;
    if (open === null) {
      if (above) this.#open = begin(step, score);
    } else {
      this.#open = {
        peak: Math.max(open.peak, score),
        firstStep: open.firstStep,
        lastStep: above ? step : open.lastStep,
        rowsAbove: open.rowsAbove + (above ? 1 : 0),
        rows: open.rows + 1,
        sum: open.sum + score,
        sumOfSquares: open.sumOfSquares + score * score,
      };
    }
    return closed;
  }

  /** Ends the cluster under way and answers it; `null` if there is none. */
  close(): OpenCluster | null {
    const closed = this.#open;
    this.#open = null;
    return closed;
  }
}

function begin(step: number, score: number): OpenCluster {
  return {
    peak: score,
    firstStep: step,
    lastStep: step,
    rowsAbove: 1,
    rows: 1,
    sum: score,
    sumOfSquares: score * score,
  };
}
