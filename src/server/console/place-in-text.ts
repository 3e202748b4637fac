import { offsetOf } from './text-offset.ts';

/** Puts the cursor of a text field at a line and column, both from 1, and shows it. */
export function placeInText(field: HTMLTextAreaElement | null, line: number, column: number): void {
  if (field === null) return;
  const at = offsetOf(field.value, line, column);
  const { value } = field;
  const end = value.indexOf('\n', at);
  field.focus();
  field.setSelectionRange(at, end < 0 ? value.length : end);
  const lines = value.split('\n').length;
  field.scrollTop = ((line - 3) / lines) * field.scrollHeight;
}
