import { setTimeout as sleep } from 'node:timers/promises';
import { disk_files, type JournalFiles } from '../../collector/src/journal/files.ts';

export interface SlowFiles {
  readonly files: JournalFiles;
  /** Calls of fdatasync so far. */
  syncs(): number;
}

/** The disk, with an fdatasync that takes longer, as that of a network disk does. */
export function slowFiles(sync_delay_ms: number): SlowFiles {
  let syncs = 0;
  const files: JournalFiles = {
    ...disk_files,
    async create(path) {
      const file = await disk_files.create(path);
      return {
        ...file,
        async sync() {
          syncs += 1;
          await Promise.all([file.sync(), sleep(sync_delay_ms)]);
        },
      };
    },
  };
  return { files, syncs: () => syncs };
}
