import type { Channel } from './channels/channel.ts';
import { within } from './within.ts';

/** A loop for each channel, so that none waits for another. */
export interface Lanes {
  /** Opens a lane for each channel that has none; those of channels that are gone end by themselves. */
  adapt(): void;
  /** Has every lane look again at once. */
  wake(): void;
  /** Waits for the steps under way, up to a limit. */
  stop(timeout_ms: number): Promise<void>;
}

/**
 * @param channels by name; the caller may change them
 * @param step what a lane does again and again; gives how long to pause, in milliseconds, and never rejects
 */
export function createLanes(
  channels: ReadonlyMap<string, Channel>,
  step: (channel: Channel) => Promise<number>,
): Lanes {
  const lanes = new Map<string, Lane>();
  let is_stopping = false;

  /** Ends with its channel; where that was replaced, it goes on with the new one. */
  async function run(name: string, alarm: Alarm): Promise<void> {
    for (;;) {
      const channel = channels.get(name);
      if (channel === undefined || is_stopping) break;
      await alarm.wait(await step(channel));
    }
    lanes.delete(name);
  }

  function open(name: string): void {
    const alarm = createAlarm();
    lanes.set(name, { alarm, ended: run(name, alarm) });
  }

  function wake(): void {
    for (const { alarm } of lanes.values()) alarm.ring();
  }

  return {
    adapt() {
      for (const name of channels.keys()) if (!lanes.has(name)) open(name);
      wake();
    },
    wake,
    async stop(timeout_ms) {
      is_stopping = true;
      wake();
      const ended = [...lanes.values()].map((lane) => lane.ended);
      await within(timeout_ms, Promise.all(ended), []);
    },
  };
}

interface Lane {
  readonly alarm: Alarm;
  readonly ended: Promise<void>;
}

interface Alarm {
  /** Resolves after `pause_ms`, or at once when it was rung since the last wait. */
  wait(pause_ms: number): Promise<void>;
  ring(): void;
}

function createAlarm(): Alarm {
  let bell = Promise.withResolvers<void>();
  return {
    async wait(pause_ms) {
      const timer = setTimeout(bell.resolve, pause_ms);
      await bell.promise;
      clearTimeout(timer);
      bell = Promise.withResolvers();
    },
    ring: () => bell.resolve(),
  };
}
