/** The words of one program's call in a block of shell, in order; what another call would put in is `…`. */
export type Words = readonly [program: string, ...rest: string[]];

/** Splits a block into the calls that a shell would make: of pipes, lists and substitutions each one by itself. */
export function simpleCommands(code: string): Words[] {
  return code
    .replaceAll(/\\\n\s*/g, ' ')
    .replaceAll(/\|\n\s*/g, '| ')
    .split('\n')
    .flatMap(commandsOf);
}

const SUBSTITUTION = /"?[$<]\(([^()]*)\)"?/;
/** A word in quotes, one without, a comment, or what stands between two calls. */
const TOKEN = /"((?:\\.|[^"\\])*)"|'([^']*)'|(&&|\|\||[|;<>])|(?:^|(?<=\s))(#.*)$|([^\s"'|;<>&]+)/g;

function commandsOf(line: string): Words[] {
  const within = SUBSTITUTION.exec(line);
  if (within !== null && !line.slice(0, within.index).includes('#')) {
    const [whole, inner = ''] = within;
    return [...commandsOf(inner), ...commandsOf(line.replace(whole, '…'))];
  }
  const calls: string[][] = [[]];
  let end = -1;
  for (const match of line.matchAll(TOKEN)) {
    const [whole, double, single, between, comment, bare] = match;
    if (comment !== undefined) break;
    const call = calls.at(-1) ?? [];
    // What a redirection names is read or written by the shell.
    if (between !== undefined) calls.push(between === '<' || between === '>' ? ['redirection'] : []);
    else if (match.index === end && call.length > 0)
      call.push((call.pop() ?? '') + wordOf(double, single, bare));
    else call.push(wordOf(double, single, bare));
    end = between === undefined ? match.index + whole.length : -1;
  }
  return calls.flatMap(([program, ...rest]) => {
    if (program === 'redirection' || program === undefined) return [];
    return program === 'sudo' || program === 'npx' ? nested(rest) : [[program, ...rest] as const];
  });
}

function nested([program, ...rest]: readonly string[]): Words[] {
  return program === undefined ? [] : [[program, ...rest]];
}

function wordOf(double?: string, single?: string, bare = ''): string {
  return double?.replaceAll(/\\(["\\$`])/g, '$1') ?? single ?? bare;
}
