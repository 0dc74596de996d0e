/** Which features are watched: names, or beginnings of names that end with an asterisk. */
export interface WatchedFeatures {
  includes(feature: string): boolean;
  /** Whether it is named in full. */
  names(feature: string): boolean;
  /** Whether any of them may be made of spans. */
  readonly has_spans: boolean;
  /** Whether any of them may be made of evaluations. */
  readonly has_evaluations: boolean;
}

export function watchedFeatures(list: string): WatchedFeatures {
  const patterns = list
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
  const names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*')).map((text) => text.slice(0, -1));
  return {
    includes: (feature) => names.has(feature) || beginnings.some((text) => feature.startsWith(text)),
    names: (feature) => names.has(feature),
    has_spans: patterns.some((pattern) => !/^(embedding\.|evaluation)/.test(pattern)),
    has_evaluations:
      [...names].some((name) => name.startsWith('evaluation')) ||
      beginnings.some((text) => text.startsWith('evaluation') || 'evaluation'.startsWith(text)),
  };
}
