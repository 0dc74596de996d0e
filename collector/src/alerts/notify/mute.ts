import { type AlertRecord, labelsOf, type Mute } from '../alert.ts';
import type { Control } from '../control.ts';
import { createInhibitions, type Inhibition } from './inhibit.ts';
import { createMaintenances, type Maintenance } from './maintenance.ts';
import type { Silences } from './silences.ts';

/** Says why nobody is told of an alert for now; null where nothing stands against it. */
export type MuteOf = (tenant: string, alert: AlertRecord, now_ms: number) => Mute | null;

export interface MuteSettings {
  readonly inhibitions: readonly Inhibition[];
  readonly maintenances: readonly Maintenance[];
}

interface MuteParts {
  readonly control: Pick<Control, 'firing'>;
  readonly silences: Pick<Silences, 'find'>;
  readonly settings: MuteSettings;
}

export function createMuteOf({ control, silences, settings }: MuteParts): MuteOf {
  const findMaintenance = createMaintenances(settings.maintenances);
  const findSource = createInhibitions(settings.inhibitions);

  function inhibitedBy(tenant: string, alert: AlertRecord): string | null {
    if (settings.inhibitions.length === 0) return null;
    const firing = control.firing(tenant).map((other) => ({
      alert_id: other.alert_id,
      labels: labelsOf(tenant, other),
    }));
    return findSource({ alert_id: alert.alert_id, labels: labelsOf(tenant, alert) }, firing);
  }

  return (tenant, alert, now_ms) => {
    const labels = labelsOf(tenant, alert);
    const silence = silences.find(tenant, labels, now_ms);
    if (silence !== null) return { by: 'silence', id: silence };
    const maintenance = findMaintenance(labels, now_ms);
    if (maintenance !== null) return { by: 'maintenance', id: maintenance };
    const source = inhibitedBy(tenant, alert);
    return source === null ? null : { by: 'inhibition', id: source };
  };
}
