/** A well-formed text of at most so many characters; what is left out is marked. */
export function shorten(text: string, length_max: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= length_max) return whole;
  // Half of a character that the cut went through is replaced, and the replacement left out.
  const cut = whole.slice(0, length_max - 1).toWellFormed();
  return `${cut.endsWith('\uFFFD') ? cut.slice(0, -1) : cut}…`;
}
