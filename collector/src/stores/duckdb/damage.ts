/**
 * Whether an error of opening a file says that its content is broken. Everything else, such as a full disk, a lock
 * or too many open files, is trouble of the machine: it passes, and the file is as good as before.
 */
export function isDamage(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return damages.some((pattern) => pattern.test(text)) && !troubles.some((pattern) => pattern.test(text));
}

/** Whether an error tells of trouble that has nothing to do with the content of files. Too little memory may. */
export function isTrouble(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return troubles.some((pattern) => pattern.test(text)) && !/out of memory/i.test(text);
}

const damages = [
  /not a valid DuckDB database file/i,
  /corrupt/i,
  /checksum/i,
  // The file ends before its content does, or is a folder.
  /Could not read enough bytes/i,
  /is a directory/i,
  /^Serialization Error/i,
  /Failure while replaying WAL/i,
  /version number .* is not/i,
];

const troubles = [
  /No space left/i,
  /Too many open files/i,
  /Permission denied/i,
  /Input\/output error/i,
  /out of memory/i,
  /could not set lock/i,
];
