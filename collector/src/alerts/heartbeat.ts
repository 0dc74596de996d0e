import type { Log } from '../log.ts';
import type { Channel } from './channels/channel.ts';
import { plainNotification } from './notify/plain.ts';
import { attempt, attempt_timeout_ms } from './outbox.ts';
import type { Heartbeat } from './rules/rule-file.ts';

/**
 * The dead man's switch: a notification of type alert.heartbeat as often as it was asked for, sent by the loop that
 * asks the rules, so that it stops when that stops. It goes past the outbox: a heartbeat that is late is none.
 */
export interface Heart {
  /** Beats where it is time to; does not wait for the receivers. */
  beat(now_ms: number): void;
  configure(heartbeat: Heartbeat | null): void;
}

interface HeartParts {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly heartbeat: Heartbeat | null;
  readonly page_url: string;
  readonly log: Log;
}

export function createHeart({ channels, heartbeat, page_url, log }: HeartParts): Heart {
  let settings = heartbeat;
  let last_slot = -1;

  async function send(name: string, slot: number, now_ms: number): Promise<void> {
    const channel = channels.get(name);
    if (channel === undefined) return;
    const notification = plainNotification({
      type: 'alert.heartbeat',
      rule: 'heartbeat',
      id: `heartbeat_${slot}`,
      summary: 'Alerts of Sextant work. Worry when this message does not come.',
      ...{ public_url: page_url, now_ms },
    });
    const outcome = await attempt(channel, notification, attempt_timeout_ms);
    if (outcome.result !== 'ok') log.warn({ channel: name, ...outcome }, 'A heartbeat did not arrive.');
  }

  return {
    beat(now_ms) {
      if (settings === null) return;
      const slot = Math.floor(now_ms / settings.every_ms);
      if (slot === last_slot) return;
      last_slot = slot;
      for (const name of settings.channels) void send(name, slot, now_ms);
    },
    configure(changed) {
      settings = changed;
    },
  };
}
