import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, type Mock, vi } from 'vitest';
import type { Channel, Notification } from '../../../collector/src/alerts/channels/channel.ts';
import { type AlertOptions, type Alerts, createAlerts } from '../../../collector/src/alerts/engine.ts';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import type { Log } from '../../../collector/src/log.ts';
import type { NewRow } from '../../../collector/src/stores/schema.ts';
import type { Row } from '../../../collector/src/stores/store.ts';

export const now_ms = Date.UTC(2026, 10, 21, 12);
const at_once = { group_wait_ms: 0, group_interval_ms: 0 };

interface AlertStore {
  insert(table: string, added: readonly unknown[]): Promise<void>;
  query(): Promise<Row[]>;
  sql(): Promise<never>;
}

interface Parts {
  readonly channels?: readonly Channel[];
  readonly options?: Partial<AlertOptions>;
  readonly store?: AlertStore;
  readonly control?: DatabaseSync;
  readonly now?: () => number;
}

/** A file of a collector, and what was stored and sent, made anew for each test. */
export interface AlertsHarness {
  path: string;
  control: DatabaseSync;
  rows: NewRow<'alerts'>[];
  sent: Notification[];
  log: Record<keyof Log, Mock<Log['warn']>>;
  readonly store: AlertStore;
  alertsWith(parts?: Parts): Alerts;
  /** A channel that keeps what it is given. */
  recorder(outcome?: Outcome): Channel;
  /** As a new process finds the file. */
  reopen(): void;
}

export function useAlerts(): AlertsHarness {
  let folder: string;
  const under: AlertsHarness = {
    ...{ path: '', control: new DatabaseSync(':memory:'), rows: [], sent: [], log: mockLog() },
    store: {
      insert: async (_table: string, added: readonly unknown[]) => {
        under.rows.push(...(added as NewRow<'alerts'>[]));
      },
      query: async () => [],
      sql: () => Promise.reject(new Error('No rule has a statement.')),
    },
    alertsWith: (parts: Parts = {}) =>
      createAlerts({
        store: parts.store ?? under.store,
        control: parts.control ?? under.control,
        channels: parts.channels ?? [under.recorder()],
        options: { public_url: 'http://127.0.0.1:4318/', patience: at_once, ...parts.options },
        now: parts.now ?? (() => now_ms),
        log: under.log,
      }),
    recorder: (outcome: Outcome = { result: 'ok' }) => ({
      name: 'recorder',
      send: async (notification: Notification) => {
        under.sent.push(notification);
        return outcome;
      },
    }),
    reopen() {
      under.control.close();
      under.control = new DatabaseSync(under.path);
    },
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sextant-alerts-'));
    under.path = join(folder, 'control.sqlite');
    under.control = new DatabaseSync(under.path);
    [under.rows, under.sent] = [[], []];
    under.log = mockLog();
  });
  afterEach(() => {
    if (under.control.isOpen) under.control.close();
    rmSync(folder, { recursive: true });
  });
  return under;
}

function mockLog(): AlertsHarness['log'] {
  return { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() };
}
