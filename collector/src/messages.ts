import type { Position } from './stores/store.ts';

/** What the two processes tell each other. Everything else goes through the journal and the store's socket. */

export type ToStore =
  /** Begin; the address of the page is known. Until then the process has only loaded its modules. */
  | { readonly type: 'begin'; readonly public_url: string }
  /** The journal is on disk up to here. */
  | { readonly type: 'durable'; readonly position: Position }
  /** What came of a question about the journal; the problem is null where it was done. */
  | {
      readonly type: 'journal';
      readonly request: number;
      readonly position: Position;
      readonly problem: string | null;
    }
  /** Finish what is under way, then end. */
  | { readonly type: 'stop' };

export type FromStore =
  /** The store's socket answers. */
  | { readonly type: 'ready' }
  /** Everything up to here is stored: segments before it may go. */
  | { readonly type: 'stored'; readonly position: Position }
  /** Answered with the number of the request. */
  | { readonly type: 'journal'; readonly request: number; readonly question: JournalQuestion };

export type JournalQuestion =
  | { readonly name: 'rotate' }
  | { readonly name: 'forget'; readonly position: Position };
