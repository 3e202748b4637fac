import { InvalidArgumentError } from 'commander';

/** Parser of an option that takes a whole number up to `most`; wrong text is wrong use, said before anything starts. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}
