/** What the collector says to its operator; a pino logger fits. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Writes a line for each message: time, level, message, details as JSON. */
export function createLog(write: (line: string) => void): Log {
  const at = (level: string) => (details: object, message: string) => {
    const rest = Object.keys(details).length > 0 ? ` ${JSON.stringify(details, errorAsText)}` : '';
    write(`${new Date().toISOString()} ${level} ${message}${rest}\n`);
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

// Errors have no enumerable fields, so JSON would show them empty.
function errorAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? value.message) : value;
}
