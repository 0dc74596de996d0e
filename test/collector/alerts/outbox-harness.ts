import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, type Mock, vi } from 'vitest';
import type { Channel, Notification } from '../../../collector/src/alerts/channels/channel.ts';
import { createOutbox, type Outbox, type OutboxSettings } from '../../../collector/src/alerts/outbox.ts';
import type { Outcome } from '../../../collector/src/alerts/outcome.ts';
import type { Log } from '../../../collector/src/log.ts';

export const ok: Outcome = { result: 'ok' };
export const retry: Outcome = { result: 'retry', reason: 'HTTP 503' };
export const failed: Outcome = { result: 'failed', reason: 'HTTP 404' };
export const never = new Promise<Outcome>(() => {});

/** A file of a collector and a clock, made anew for each test. */
export interface OutboxHarness {
  database: DatabaseSync;
  clock_ms: number;
  log: Record<keyof Log, Mock<Log['warn']>>;
  outboxFor(channels: readonly Channel[], more?: Partial<OutboxSettings>): Outbox;
  /** As a new process finds the file. */
  reopen(): void;
}

export function useOutbox(): OutboxHarness {
  let folder: string;
  let path: string;
  const under = {
    outboxFor(channels: readonly Channel[], more: Partial<OutboxSettings> = {}) {
      const by_name = new Map(channels.map((channel) => [channel.name, channel]));
      const { database, log } = under;
      return createOutbox({
        database,
        channels: by_name,
        now: () => under.clock_ms,
        log,
        random: () => 0,
        ...more,
      });
    },
    reopen() {
      if (under.database.isOpen) under.database.close();
      under.database = new DatabaseSync(path);
    },
  } as OutboxHarness;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sextant-outbox-'));
    path = join(folder, 'control.sqlite');
    under.database = new DatabaseSync(path);
    under.clock_ms = Date.UTC(2026, 10, 21, 12);
    under.log = { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() };
  });
  afterEach(() => {
    if (under.database.isOpen) under.database.close();
    rmSync(folder, { recursive: true });
  });
  return under;
}

/** A channel that answers as told, and the ids it was given. */
export function scripted(
  answer: (notification: Notification) => Outcome | Promise<Outcome>,
  name = 'scripted',
) {
  const sent: string[] = [];
  const send = async (notification: Notification) => {
    sent.push(notification.id);
    return answer(notification);
  };
  return { name, send, sent };
}

export function about(alert_id: string, notification: Notification): Notification {
  return {
    ...notification,
    id: `${alert_id}_${notification.alert.state}`,
    alert: { ...notification.alert, alert_id },
  };
}
