import type { Labels } from '../../core/sample.ts';
import type { DecodeLimits } from './sample-format.ts';
import type { KnownSeries } from './series-memo.ts';
import { ownText, TextPool } from './text-pool.ts';

/** A set of labels that passed all checks, and the series with them that are known, by whatever tells their metrics apart. */
export interface LabelSet {
  /** What else its text told: the name that its metrics begin with. */
  readonly name: string;
  readonly labels: Labels;
  readonly series: Map<unknown, KnownSeries>;
}

/** Labels named by longer texts are read anew each time. */
const LONGEST_KEY = 4096;
/** A generation is over when it has so many sets and series, or so many characters of keys. */
const MOST_KEPT = 500_000;
const MOST_CHARACTERS = 64 * 2 ** 20;
/** A set with more series begins anew. */
const MOST_OF_A_SET = 10_000;

/**
 * Sets of labels by a text that stands for one of them alone, so that they are made and checked once and not with every
 * observation; and their series, each with a labels object of its own. Bounded by two generations, as `SeriesMemo` is.
 */
export class LabelMemo {
  readonly #mostKept: number;
  #young = new Map<string, LabelSet>();
  #old = new Map<string, LabelSet>();
  #kept = 0;
  #characters = 0;
  readonly #texts = new TextPool();
  #limits: DecodeLimits | null = null;

  /** `mostKept` is what one of the two generations holds. */
  constructor(mostKept = MOST_KEPT) {
    this.#mostKept = mostKept;
  }

  /** Checks hold under these limits only: under others all is forgotten. True if that was so. */
  within(limits: DecodeLimits): boolean {
    if (limits === this.#limits) return false;
    this.#limits = limits;
    this.#young.clear();
    this.#old.clear();
    return true;
  }

  /** The set that was kept for the text; `null` if there is none. */
  find(key: string): LabelSet | null {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const before = this.#old.get(key);
    if (before === undefined) return null;
    this.#put(key, before);
    return before;
  }

  /** Keeps a set for a text; `null` if that is too long. */
  keep(key: string, labels: Labels, name = ''): LabelSet | null {
    if (key.length > LONGEST_KEY) return null;
    const set = {
      name: this.#texts.of(name),
      labels: this.#copy(labels),
      series: new Map<unknown, KnownSeries>(),
    };
    this.#put(ownText(key), set);
    return set;
  }

  /** The series of a set that `of` tells; made at the first call, with the labels of `more` beside the set's. */
  series(set: LabelSet, of: unknown, metric: string, more?: Labels): KnownSeries {
    const known = set.series.get(of);
    if (known !== undefined) return known;
    if (set.series.size >= MOST_OF_A_SET) set.series.clear();
    this.#makeRoom();
    this.#kept += 1;
    const series = { metric: this.#texts.of(metric), labels: this.#copy(set.labels, more) };
    set.series.set(typeof of === 'string' ? ownText(of) : of, series);
    return series;
  }

  #makeRoom(): void {
    if (this.#kept < this.#mostKept && this.#characters < MOST_CHARACTERS) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#kept = 0;
    this.#characters = 0;
  }

  #put(key: string, set: LabelSet): void {
    this.#makeRoom();
    this.#young.set(key, set);
    this.#kept += 1 + set.series.size;
    this.#characters += key.length;
  }

  #copy(labels: Labels, more?: Labels): Labels {
    const copy: Record<string, string> = {};
    for (const name in labels) copy[this.#texts.of(name)] = this.#texts.of(labels[name] ?? '');
    for (const name in more) copy[this.#texts.of(name)] = this.#texts.of(more[name] ?? '');
    return copy;
  }
}

/** Adds a name and its value to a text that stands for them, whatever characters they hold. */
export function withLabel(key: string, name: string, value: string): string {
  return `${key}${name.length}:${name}${value.length}:${value}`;
}
