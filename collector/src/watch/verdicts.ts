import type { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import type { VerdictContext } from '../alerts/alert.ts';
import { transaction } from '../sqlite-transaction.ts';
import type { Store } from '../stores/store.ts';
import type { AcceptedWindow } from './accept-windows.ts';
import type { WindowVerdict } from './window-verdict.ts';

const portion = 100;
const windows_kept = 1_000;
const units_kept_us = 2 * 86_400_000_000;

export type OnVerdict = (verdict: Verdict, context: VerdictContext) => Promise<void> | void;

/**
 * Verdicts on their way to the store and the alerts. Windows that were decided about together are closed in one
 * transaction with their verdicts, so each is judged once and beside the same others; what comes after may be repeated:
 * the score has the same id, and the alerts know a window they have seen.
 */
export interface Verdicts {
  /** Closes windows: keeps their verdicts and what detectors carry on, and moves the cursors of their streams. */
  close(windows: readonly AcceptedWindow[]): void;
  /** Hands on what waits, oldest first. Rejects with the first error; the rest waits. */
  deliver(): Promise<void>;
}

export interface VerdictsOptions {
  readonly database: DatabaseSync;
  readonly store: Pick<Store, 'insert'>;
  readonly onVerdict: OnVerdict;
}

export function createVerdicts({ database, store, onVerdict }: VerdictsOptions): Verdicts {
  const statements = prepare(database);

  function close(windows: readonly AcceptedWindow[]): void {
    transaction(database, () => {
      for (const window of windows) closeOne(window);
    });
  }

  function closeOne({ stream: { stream_id }, window, verdicts, states, latest }: AcceptedWindow): void {
    const { from_us, to_us } = window;
    for (const verdict of verdicts) {
      statements.insert.run({ score_id: verdict.score.score_id, document: JSON.stringify(verdict) });
    }
    const on_whole = verdicts.filter(({ context }) => context.slice_key === 'all');
    const last = on_whole.find(({ verdict }) => verdict.drifted) ?? on_whole[0];
    if (last) statements.remember.run({ stream_id, last_verdict: JSON.stringify(last) });
    for (const { state, ...row } of states) {
      statements.save_state.run({ stream_id, ...row, state: JSON.stringify(state) });
    }
    statements.save_latest.run({ stream_id, latest: JSON.stringify(latest) });
    statements.add_window.run({ stream_id, from_us });
    statements.forget_windows.run({ stream_id });
    statements.advance.run({ stream_id, cursor_us: to_us });
    // Conversations that began before the cursor count anew when they go on.
    statements.forget_units.run({ stream_id, cursor_us: to_us - units_kept_us });
  }

  async function deliver(): Promise<void> {
    for (let rows = waiting(); rows.length > 0; rows = waiting()) {
      const unstored = rows.filter((row) => !row.is_stored);
      if (unstored.length > 0) {
        await store.insert(
          'scores',
          unstored.map((row) => row.score),
        );
        transaction(database, () => {
          for (const { sequence } of unstored) statements.mark_stored.run({ sequence });
        });
      }
      for (const { sequence, verdict, context } of rows) {
        await onVerdict(verdict, context);
        statements.done.run({ sequence });
      }
    }
  }

  function waiting() {
    return statements.waiting.all({ portion }).map((row) => ({
      ...(JSON.parse(String(row['document'])) as WindowVerdict),
      sequence: Number(row['sequence']),
      is_stored: row['is_stored'] === 1,
    }));
  }

  return { close, deliver };
}

function prepare(database: DatabaseSync) {
  return {
    insert: database.prepare(`
      INSERT OR IGNORE INTO watch_verdicts (score_id, document) VALUES ($score_id, $document)`),
    save_state: database.prepare(`
      INSERT OR REPLACE INTO watch_sequential VALUES ($stream_id, $slice_key, $slice_value, $detector, $state)`),
    save_latest: database.prepare('INSERT OR REPLACE INTO watch_latest VALUES ($stream_id, $latest)'),
    add_window: database.prepare('INSERT OR IGNORE INTO watch_windows VALUES ($stream_id, $from_us)'),
    forget_windows: database.prepare(`
      DELETE FROM watch_windows WHERE stream_id = $stream_id AND from_us < (
        SELECT min(from_us) FROM (
          SELECT from_us FROM watch_windows WHERE stream_id = $stream_id ORDER BY from_us DESC LIMIT ${windows_kept}))`),
    forget_units: database.prepare(`
      DELETE FROM watch_units WHERE stream_id = $stream_id AND home_us < $cursor_us`),
    remember: database.prepare(`
      UPDATE watch_streams SET last_verdict = $last_verdict WHERE stream_id = $stream_id`),
    advance: database.prepare('UPDATE watch_streams SET cursor_us = $cursor_us WHERE stream_id = $stream_id'),
    waiting: database.prepare(`
      SELECT sequence, document, is_stored FROM watch_verdicts ORDER BY sequence LIMIT $portion`),
    mark_stored: database.prepare('UPDATE watch_verdicts SET is_stored = 1 WHERE sequence = $sequence'),
    done: database.prepare('DELETE FROM watch_verdicts WHERE sequence = $sequence'),
  };
}
