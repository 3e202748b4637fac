import type { IngestFigures } from './ingest-job.ts';

/** Shares of the samples: what warms up comes before the first, and after the second partitions end one by one. */
const FROM = 0.2;
const UNTIL = 0.9;

interface Moment {
  readonly seen: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Clock and memory of one run over a known number of samples. */
export class MeasuredRun {
  readonly #total: number;
  readonly #idle = memory();
  #seen = 0;
  #from: Moment | null = null;
  #until: Moment | null = null;
  #vectors = 0;
  #end: () => void = () => undefined;
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(samples: number) {
    this.#total = samples;
  }

  /** So many samples more are through, and have closed so many vectors. */
  add(samples: number, vectors = 0): void {
    this.#seen += samples;
    this.#vectors += vectors;
    if (this.#seen >= FROM * this.#total) this.#from ??= this.#now();
    if (this.#seen >= UNTIL * this.#total) this.#until ??= this.#now();
    if (this.#seen >= this.#total) this.#end();
  }

  /** After `ended`. Throws before. */
  get figures(): IngestFigures {
    const [from, until] = [this.#from, this.#until];
    if (from === null || until === null || this.#seen < this.#total) {
      throw new Error(`${this.#seen} of ${this.#total} samples have come`);
    }
    const live = memory();
    return {
      samples: until.seen - from.seen,
      cpuMs: until.cpuMs - from.cpuMs,
      wallMs: until.wallMs - from.wallMs,
      vectors: this.#vectors,
      idleBytes: this.#idle.resident,
      liveBytes: live.resident,
      idleHeapBytes: this.#idle.heap,
      liveHeapBytes: live.heap,
    };
  }

  #now(): Moment {
    const { user, system } = process.cpuUsage();
    return { seen: this.#seen, cpuMs: (user + system) / 1000, wallMs: performance.now() };
  }
}

/* Resident as it is, then what is alive. */
function memory(): { readonly resident: number; readonly heap: number } {
  const resident = process.memoryUsage.rss();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { resident, heap: heapUsed + external };
}
