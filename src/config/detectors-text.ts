import { Document, isMap, isScalar, visit } from 'yaml';
import type { DetectorSpec } from '../core/detector.ts';
import { writtenDetector } from './written-detector.ts';

/** The `detectors` section of a configuration with every default filled in, to be edited; `loadDetectors` reads it. */
export function detectorsText(specs: readonly DetectorSpec[]): string {
  const document = new Document({ detectors: specs.map(writtenDetector) });
  visit(document, {
    // What is short stands on one line.
    Seq: (_, node) => void (node.flow = node.items.every((item) => isScalar(item))),
    Pair: (_, { key, value }) => {
      if (isScalar(key) && key.value === 'confirm' && isMap(value)) value.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
