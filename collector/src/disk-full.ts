/** Source: SQLite, result codes: `SQLITE_FULL`. */
const sqlite_full = 13;

/** Whether an error says that the disk is full, or what somebody may use of it: in the words of Node, SQLite or DuckDB. */
export function isDiskFull(error: unknown): boolean {
  const { code, errcode, message } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  if (code === 'ENOSPC' || code === 'EDQUOT' || errcode === sqlite_full) return true;
  return /No space left on device|Disk quota exceeded/i.test(message);
}
