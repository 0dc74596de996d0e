import type { AlertRecord } from '../alert.ts';
import type { Control } from '../control.ts';
import type { Group, Groups } from './groups.ts';
import type { MuteOf } from './mute.ts';

/** What has become of the alerts of a group. */
export interface Look {
  /** Those that fire and are not muted. */
  readonly firing: readonly AlertRecord[];
  /** Those that are over, of whom it was told that they fire. */
  readonly resolved: readonly AlertRecord[];
  /** Ids of those of whom there is nothing to tell any more. */
  readonly gone: readonly string[];
  /** How many fire and are muted. */
  readonly muted: number;
  /** Whether one fires that was not told yet, and nobody has taken meanwhile. */
  readonly is_new: boolean;
  /** Whether one fires that nobody has acknowledged. */
  readonly is_waiting: boolean;
}

interface LookParts {
  readonly groups: Pick<Groups, 'members'>;
  readonly control: Pick<Control, 'alert'>;
  readonly muteOf: MuteOf;
  readonly now_ms: number;
}

export function lookAt({ group_id, tenant }: Group, { groups, control, muteOf, now_ms }: LookParts): Look {
  const firing: AlertRecord[] = [];
  const resolved: AlertRecord[] = [];
  const gone: string[] = [];
  let [muted, is_new, is_waiting] = [0, false, false];
  for (const { alert_id, told } of groups.members(group_id)) {
    const alert = control.alert(alert_id)?.alert;
    // Whoever was told that it fires is told that it is over, also under a silence.
    if (alert?.state === 'resolved' && told === 'firing') resolved.push(alert);
    else if (alert === undefined || alert.state === 'resolved') gone.push(alert_id);
    else if (muteOf(tenant, alert, now_ms) !== null) muted += 1;
    else {
      firing.push(alert);
      is_new ||= told === null && alert.acknowledged === null;
      is_waiting ||= alert.acknowledged === null;
    }
  }
  return { firing, resolved, gone, muted, is_new, is_waiting };
}
