import type { DecidedFeatures } from '../app/discovery/kept-features.ts';
import { printable } from '../core/printable.ts';

const MOST_LEFT_OUT = 30;

/** What was chosen for a detector with `features: auto`, and what was left out, each with its reason. */
export function featureLines({ detector, features, leftOut, isKept }: DecidedFeatures): string[] {
  const rest = leftOut.length - MOST_LEFT_OUT;
  return [
    `Features of ${detector} (auto), ${isKept ? 'as the store keeps them' : 'as they would be chosen now; the first run keeps its choice'}:`,
    ...features.map(({ spec, reason }) => `  ${spec.name}: ${reason}`),
    ...(leftOut.length === 0 ? [] : ['  left out:']),
    ...leftOut.slice(0, MOST_LEFT_OUT).map(({ name, reason }) => `    ${printable(name)}: ${reason}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}
