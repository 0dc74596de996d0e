/** Texts come from senders and hold anything: one line of at most so many UTF-16 units, always well-formed. */
export function oneLine(text: string, units_max: number): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return cut(line, units_max);
}

/** Cuts without leaving half a character, and says so with an ellipsis. */
export function cut(text: string, units_max: number): string {
  if (text.length <= units_max) return text;
  return `${text.slice(0, units_max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The address where it is one of http or https that every receiver takes, else null. */
export function webAddress(text: string | null | undefined): string | null {
  const url = URL.parse(text ?? '');
  return url !== null && /^https?:$/.test(url.protocol) && url.href.length <= URL_UNITS_MAX ? url.href : null;
}

/** PagerDuty, Slack and browsers all take as much. */
const URL_UNITS_MAX = 2000;

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
