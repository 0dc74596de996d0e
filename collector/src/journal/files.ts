import { mkdir, open, readdir, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** The file operations of the journal, so that tests can let each of them fail. */
export interface JournalFiles {
  /** Makes the folder and those above it, so that they are there after a power cut. */
  createFolder(folder: string): Promise<void>;
  /** Names of the files of a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Null where there is no such file. */
  size(path: string): Promise<number | null>;
  create(path: string): Promise<SegmentFile>;
  /** Opens a file to be read; null where there is no such file. */
  open(path: string): Promise<ReadableFile | null>;
  /** A file that is gone already counts as removed. */
  remove(path: string): Promise<void>;
  /** Makes it durable which files the folder has. */
  syncFolder(folder: string): Promise<void>;
  /** The disk the folder is on, as far as this process may use it. */
  room(folder: string): Promise<DiskRoom>;
}

export interface DiskRoom {
  readonly free_bytes: number;
  readonly total_bytes: number;
}

export interface SegmentFile {
  /** Writes all of the buffers at the offset, or rejects. */
  write(buffers: readonly Buffer[], offset: number): Promise<void>;
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface ReadableFile {
  size(): Promise<number>;
  /** Fills the buffer from the offset on; returns how many bytes there were. */
  read(buffer: Buffer, offset: number): Promise<number>;
  close(): Promise<void>;
}

export const disk_files: JournalFiles = {
  async createFolder(folder) {
    const first_made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first_made === undefined) return;
    const highest = dirname(resolve(first_made));
    let above = resolve(folder);
    do {
      above = dirname(above);
      await syncFolder(above);
    } while (above.length > highest.length);
  },
  list: (folder) => readdir(folder),
  size: async (path) => (await orNull(stat(path)))?.size ?? null,
  create: createFile,
  open: openFile,
  async remove(path) {
    await orNull(unlink(path));
  },
  syncFolder,
  async room(folder) {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free_bytes: bavail * bsize, total_bytes: blocks * bsize };
  },
};

async function createFile(path: string): Promise<SegmentFile> {
  const handle = await open(path, 'wx', 0o600);
  return {
    async write(buffers, offset) {
      const wanted = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
      const { bytesWritten } = await handle.writev(buffers, offset);
      // A disk that fills up in the middle of a write takes a part of it and says nothing.
      if (bytesWritten !== wanted) {
        throw Object.assign(new Error(`Wrote ${bytesWritten} of ${wanted} bytes.`), { code: 'ENOSPC' });
      }
    },
    sync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
    close: () => handle.close(),
  };
}

async function openFile(path: string): Promise<ReadableFile | null> {
  const handle = await orNull(open(path, 'r'));
  if (!handle) return null;
  return {
    size: async () => (await handle.stat()).size,
    async read(buffer, offset) {
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    close: () => handle.close(),
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
