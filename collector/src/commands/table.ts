type Row = Readonly<Record<string, unknown>>;

const cell_width_max = 60;

/** Rows as an aligned table for a terminal; long values are cut, which `--json` never does. */
export function renderTable(columns: readonly string[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const line = (values: readonly string[]) =>
    values
      .map((value, index) => value.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n');
}

/** Rows as tab-separated values for another program: one row a line. */
export function renderLines(columns: readonly string[], rows: readonly Row[]): string {
  const value = (entry: unknown) =>
    plain(entry).replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');
  return [columns, ...rows.map((row) => columns.map((column) => value(row[column])))]
    .map((line) => line.join('\t'))
    .join('\n');
}

function cell(value: unknown): string {
  const text = plain(value).replace(/\s+/g, ' ');
  return text.length > cell_width_max ? `${text.slice(0, cell_width_max - 1)}…` : text;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
