import { type AlertRecord, labelsOf, type Mute } from '../alert.ts';
import type { Inhibition, Inhibitions } from './inhibit.ts';
import { createMaintenances, type Maintenance } from './maintenance.ts';
import type { Silences } from './silences.ts';

/** Says why nobody is told of an alert for now; null where nothing stands against it. */
export type MuteOf = (tenant: string, alert: AlertRecord, now_ms: number) => Mute | null;

export interface MuteSettings {
  readonly inhibitions: readonly Inhibition[];
  readonly maintenances: readonly Maintenance[];
}

interface MuteParts {
  readonly silences: Pick<Silences, 'find'>;
  readonly inhibitions: Pick<Inhibitions, 'sourceOf'>;
  readonly maintenances: readonly Maintenance[];
}

export function createMuteOf({ silences, inhibitions, maintenances }: MuteParts): MuteOf {
  const findMaintenance = createMaintenances(maintenances);
  return (tenant, alert, now_ms) => {
    const labels = labelsOf(tenant, alert);
    const silence = silences.find(tenant, labels, now_ms);
    if (silence !== null) return { by: 'silence', id: silence };
    const maintenance = findMaintenance(labels, now_ms);
    if (maintenance !== null) return { by: 'maintenance', id: maintenance };
    const source = inhibitions.sourceOf(tenant, alert);
    return source === null ? null : { by: 'inhibition', id: source };
  };
}
