import type { Contribution } from '../effects.ts';
import { formatQuantity, formatRange } from './quantity.ts';

/** What a running guard has to say of a feature, to be read after the feature's name; `isOfValue`: it begins with a value. `null` if none has. */
export function guardText(
  contribution: Contribution,
): { readonly text: string; readonly isOfValue: boolean } | null {
  const { guard, unit } = contribution;
  const remark = guardRemark(contribution);
  if (guard === undefined || guard === null || remark === null) return null;
  const isOfValue = guard.guard === 'value' || guard.guard === 'time_of_day';
  return { text: isOfValue ? `${formatQuantity(guard.seen, unit)}, ${remark}` : remark, isOfValue };
}

/** The same, to be read after the value that was seen. */
export function guardRemark({ guard, unit }: Contribution): string | null {
  // Absent in alerts of earlier versions.
  if (guard === undefined || guard === null) return null;
  const seen = formatQuantity(guard.seen, unit);
  const usual = formatRange(guard.low, guard.high, unit);
  const days = guard.weekend ? 'at weekends' : 'on weekdays';
  const above = guard.seen > guard.high;
  switch (guard.guard) {
    case 'value': {
      const ever = formatQuantity(above ? guard.high : guard.low, unit);
      return `outside all values seen (${above ? 'max' : 'min'} ever ${ever})`;
    }
    case 'time_of_day':
      return `unusual for this hour ${days} (usually ${usual})`;
    case 'mean':
      return `20-step mean ${seen}, outside all seen (${usual})`;
    case 'time_of_day_mean':
      return `20-step mean ${seen}, unusual for this hour ${days} (usually ${usual})`;
    case 'spread':
      return `varies ${above ? 'more' : 'less'} than ever: sd ${seen} over 48 steps (${usual} until now)`;
  }
}
