export interface Placed<Value> {
  /** Position in the list, which identifies the value where nothing else does and the list never changes. */
  readonly place: number;
  readonly value: Value;
}

export function placed<Value>(values: readonly Value[]): Placed<Value>[] {
  return values.map((value, place) => ({ place, value }));
}
