import { formatShortTime, formatTimestamp, formatZone } from '../format/time.ts';
import { usePreferences } from '../preferences/preferences.tsx';

/** A moment in full, with the offset of its zone. */
export function Timestamp({ time }: { time: string }) {
  const { zone } = usePreferences();
  return (
    <time dateTime={time}>
      {formatTimestamp(time, zone)} {formatZone(time, zone)}
    </time>
  );
}

/** A moment in a list, whose heading names the zone; in full in the tooltip. */
export function ShortTimestamp({ time, now }: { time: string; now: number }) {
  const { zone } = usePreferences();
  return (
    <time dateTime={time} title={`${formatTimestamp(time, zone)} ${formatZone(time, zone)}`}>
      {formatShortTime(time, zone, now)}
    </time>
  );
}
