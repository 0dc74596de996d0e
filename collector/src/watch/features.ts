/** Which features are watched: names, or beginnings of names that end with an asterisk. */
export interface WatchedFeatures {
  includes(feature: string): boolean;
  /** Whether it is named in full. */
  names(feature: string): boolean;
  /** Whether any of them is made of something other than vectors. */
  readonly has_spans: boolean;
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
    has_spans: patterns.some((pattern) => !pattern.startsWith('embedding.')),
  };
}
