import { z } from 'zod';

/** An object that the API answers or takes; `id` is its name in the OpenAPI document, and `text` what it is. */
export function view<Shape extends z.ZodRawShape>(id: string, text: string, shape: Shape) {
  return z.object(shape).readonly().meta({ id, description: text });
}

/** The same of a request: a key that it does not know is refused. `example` shows how it is filled in. */
export function request<Shape extends z.ZodRawShape>(
  id: string,
  text: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>>,
) {
  return z
    .strictObject(shape)
    .readonly()
    .meta({ id, description: text, examples: [example] });
}

/** A list that nobody changes. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly();
}

/** A time in RFC 3339. */
export const instant = z.string().meta({ format: 'date-time' });

/** A time in Unix ms. */
export const unixMs = z.number().meta({ description: 'Unix ms.' });
