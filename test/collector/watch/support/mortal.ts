import type { DatabaseSync } from 'node:sqlite';
import type { Store } from '../../../../collector/src/stores/store.ts';
import type { MemoryStore } from './memory-store.ts';

class Crash extends Error {}

/**
 * Counts every step that leaves a trace, and dies at one of them: before it takes effect, or just after. Whoever is
 * dead takes no step any more, until a new one begins.
 */
export function createFate(dies_at: number) {
  let step = 0;
  let is_dead = false;
  const at = () => {
    step += 1;
    is_dead ||= step === dies_at;
    if (is_dead) throw new Crash();
  };
  return {
    steps: () => step,
    begin() {
      is_dead = false;
    },
    async around<T>(work: () => Promise<T>): Promise<T> {
      at();
      const result = await work();
      at();
      return result;
    },
    aroundNow<T>(work: () => T): T {
      at();
      const result = work();
      at();
      return result;
    },
  };
}

export type Fate = ReturnType<typeof createFate>;

export function mortalStore(store: MemoryStore, fate: Fate): Store {
  const mortal: Pick<Store, 'take' | 'finish' | 'insert' | 'query'> = {
    take: (queue, rows_max, options) => store.take(queue, rows_max, options),
    finish: (work, results) => fate.around(() => store.finish(work, results)),
    insert: (table, rows) => fate.around(() => store.insert(table, rows)),
    query: (name, parameters) => store.query(name, parameters),
  };
  return mortal as Store;
}

export function mortalControl(control: DatabaseSync, fate: Fate): DatabaseSync {
  return new Proxy(control, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name === 'exec')
        return (sql: string) =>
          sql === 'COMMIT' ? fate.aroundNow(() => target.exec(sql)) : target.exec(sql);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
