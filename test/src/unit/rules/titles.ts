/**
 * Titles of the tests in a file, without running it.
 */
const HEAD =
  /^([ \t]*)(describe|test|it)(?:\.concurrent)?(?:\.(?:each|runIf)(?:<[\s\S]*?>)?\([\s\S]*?\))?\(\s*(['"`])((?:\\.|(?!\3)[\s\S])*)\3/gm;

/** `describe > title` of every test, in order; without a describe block the title alone. */
export function titlesIn(text: string): string[] {
  const titles: string[] = [];
  let group = '';
  for (const [, indent = '', word, , quoted = ''] of text.matchAll(HEAD)) {
    const title = quoted.replaceAll(/\\(.)/g, '$1');
    if (word === 'describe') group = title;
    else titles.push(indent === '' ? title : `${group} > ${title}`);
  }
  return titles;
}

/** Whether a rule that names `wanted` means the test `title`: with its describe block or without. */
export const isTitled = (title: string, wanted: string): boolean =>
  title === wanted || title.endsWith(` > ${wanted}`);
