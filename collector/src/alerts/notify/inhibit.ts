import { createMatch, type Labels, type Matcher } from './matcher.ts';

/** While an alert that matches the source fires, alerts that match the target are kept but not told. */
export interface Inhibition {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  /** Labels that must be equal on both. */
  readonly equal: readonly string[];
}

export interface Firing {
  readonly alert_id: string;
  readonly labels: Labels;
}

/**
 * Makes a function that says which alert inhibits another; null for none. As in Alertmanager, an alert does not
 * inhibit itself, and one that matches both sides is not inhibited by another that does.
 */
export function createInhibitions(list: readonly Inhibition[]) {
  const rules = list.map(({ source, target, equal }) => ({
    equal,
    isSource: createMatch(source),
    isTarget: createMatch(target),
  }));
  return (alert: Firing, firing: readonly Firing[]): string | null => {
    for (const { isSource, isTarget, equal } of rules) {
      if (!isTarget(alert.labels)) continue;
      const is_both = isSource(alert.labels);
      const source = firing.find(
        (other) =>
          other.alert_id !== alert.alert_id &&
          isSource(other.labels) &&
          !(is_both && isTarget(other.labels)) &&
          equal.every((name) => (other.labels[name] ?? '') === (alert.labels[name] ?? '')),
      );
      if (source !== undefined) return source.alert_id;
    }
    return null;
  };
}
