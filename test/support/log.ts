import type { Log } from '../../collector/src/log.ts';

/** A log that keeps what was said. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (details: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(details)}`);
  };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
