import { open, unlink } from 'node:fs/promises';

/** The file operations of the journal's writer, so that tests can let each of them fail. */
export interface JournalFiles {
  create(path: string): Promise<SegmentFile>;
  remove(path: string): Promise<void>;
  /** Makes the creation of a file in the folder durable. */
  syncFolder(folder: string): Promise<void>;
}

export interface SegmentFile {
  /** Writes all of the buffers at the offset, or rejects. */
  write(buffers: readonly Buffer[], offset: number): Promise<void>;
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export const disk_files: JournalFiles = {
  async create(path) {
    const handle = await open(path, 'wx', 0o600);
    return {
      async write(buffers, offset) {
        const wanted = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
        const { bytesWritten } = await handle.writev(buffers, offset);
        if (bytesWritten !== wanted) throw new Error(`Wrote ${bytesWritten} of ${wanted} bytes.`);
      },
      sync: () => handle.datasync(),
      truncate: (bytes) => handle.truncate(bytes),
      close: () => handle.close(),
    };
  },
  remove: (path) => unlink(path),
  async syncFolder(folder) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
