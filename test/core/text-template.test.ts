import { describe, expect, it } from 'vitest';
import { parseTextTemplate, TemplateError } from '../../src/core/text-template.ts';

function faultOf(work: () => unknown): TemplateError {
  try {
    work();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing was wrong with it');
}
const render = (text: string, variables: object = {}): string => parseTextTemplate(text).render(variables);

describe('a text template', () => {
  it('fills in variables, loops and conditions', () => {
    const text =
      '{{ who | upcase }}:{% for f in list %} {{ f.name }}{% unless forloop.last %},{% endunless %}{% endfor %}';
    expect(render(text, { who: 'db-3', list: [{ name: 'cpu' }, { name: 'disk' }] })).toBe('DB-3: cpu, disk');
    expect(render('{% if url %}at {{ url }}{% else %}nowhere{% endif %}', { url: null })).toBe('nowhere');
  });

  it('names what it takes from outside, each where it stands', () => {
    const { variables } = parseTextTemplate(
      '{{ a.b }}\n  {% for f in list %}{{ f.name }}{% endfor %}{{ c[0] }}',
    );
    expect(variables).toEqual([
      { path: ['a', 'b'], line: 1, column: 4 },
      { path: ['list'], line: 2, column: 15 },
      { path: ['c', 0], line: 2, column: 49 },
    ]);
  });

  it.each([
    ['{{ a }', 1, 1],
    ['\n {% fro x in y %}', 2, 2],
    ['a\n  {{ a | shout }}', 2, 3],
    ['{% for x in y %}', 1, 1],
  ])('says where %j can not be parsed', (text, line, column) => {
    expect(faultOf(() => parseTextTemplate(text))).toMatchObject({ line, column });
  });

  it('is not parsed if it is endless itself', () => {
    expect(faultOf(() => parseTextTemplate('x'.repeat(10_001))).message).toContain('limit exceeded');
    expect(faultOf(() => parseTextTemplate('{% if x %}'.repeat(900)))).toBeInstanceOf(TemplateError);
  });

  it.each([
    'include',
    'render',
    'layout',
    'block',
    'capture',
    'increment',
    'cycle',
    'echo',
    'liquid',
    'tablerow',
  ])('knows no tag %s', (tag) => {
    expect(faultOf(() => parseTextTemplate(`{% ${tag} x %}`)).message).toContain('not found');
  });

  it.each(['date', 'sample', 'hmac_sha256', 'where_exp', 'inspect'])('knows no filter %s', (filter) => {
    expect(faultOf(() => parseTextTemplate(`{{ x | ${filter} }}`)).message).toContain(filter);
  });

  it('refuses a variable that is not there, with its place', () => {
    const fault = faultOf(() => render('all\nis {{ well }}', {}));
    expect(fault).toMatchObject({ line: 2, column: 7, message: 'undefined variable: well' });
  });

  it.each(['constructor', 'list.constructor', '__proto__', 'who.length.constructor', 'toString'])(
    'reaches nothing of the program by %s',
    (name) => {
      const variables = { who: 'db-3', list: [1] };
      expect(faultOf(() => render(`{{ ${name} }}`, variables)).message).toContain('undefined variable');
    },
  );

  it.each([
    '{% for i in (1..1000000000) %}x{% endfor %}',
    '{% for i in (1..10000) %}{% for j in (1..10000) %}x{% endfor %}{% endfor %}',
    '{% assign s = "aaaaaaaaaa" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}',
    '{% assign l = "a,b" | split: "," %}{% for i in (1..40) %}{% assign l = l | concat: l %}{% endfor %}',
    '{% for i in (1..20000) %}x{% endfor %}',
  ])('comes to an end soon in spite of %s', (text) => {
    const startedMs = performance.now();
    expect(faultOf(() => render(text)).message).toMatch(/limit exceeded|more than 10000/);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
