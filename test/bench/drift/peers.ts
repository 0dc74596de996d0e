import { existsSync, readFileSync } from 'node:fs';

const file = new URL('../../../../shared/data/embeddings/peers.json', import.meta.url);

interface PeerRow {
  readonly peer: string;
  readonly version: string;
  readonly method: string;
  readonly scenario: string;
  readonly windows: number | null;
  readonly alarm_rate: number | null;
  readonly ci_low: number | null;
  readonly ci_high: number | null;
  readonly seconds: number | null;
}

/** What others measured on the same vectors, from the recorded figures beside the repository. */
export function peers(): string[] {
  if (!existsSync(file)) return ['peers: no figures at ../shared/data/embeddings/peers.json'];
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: PeerRow[] };
  return rows.flatMap((row) => {
    const name = `peer ${row.peer} ${row.version}, ${row.method}, ${row.scenario}`;
    const rate = (value: number | null) => value?.toFixed(4) ?? '?';
    if (row.alarm_rate !== null) {
      const interval = `${rate(row.ci_low)} to ${rate(row.ci_high)}, ${row.windows} windows`;
      return [`${name}: ${rate(row.alarm_rate)} (${interval})`];
    }
    return row.seconds === null ? [] : [`${name}: ${row.seconds} s for one call`];
  });
}
