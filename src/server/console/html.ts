import htm from 'htm';
import { h, type FunctionComponent, type VNode } from 'preact';

/** Markup as a tagged template. Values are text or elements, never markup, so no label value can become an element. */
export const html = htm.bind(h as (type: unknown, props: unknown, ...children: unknown[]) => VNode) as (
  strings: TemplateStringsArray,
  ...values: unknown[]
) => VNode;

/** A component with its properties, which inside of a template nobody would check. */
export function part<P extends object>(
  component: (props: P) => VNode | null,
  props: P & { readonly key?: string },
): VNode {
  return h(component as FunctionComponent<P>, props) as unknown as VNode;
}
