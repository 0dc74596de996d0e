import { type ReadFile, readSpanFiles } from '../replay/read-span-files.ts';
import { type SendResult, sendRequests } from '../replay/send-requests.ts';
import { type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';

export interface ReplayFlags {
  readonly url?: string;
}

/** Sends what a file or a folder holds to the running collector; what cannot be read is named and passed. */
export async function runReplay(
  context: CommandContext,
  path: string,
  flags: ReplayFlags,
): Promise<ExitCode> {
  const collector = collectorOf(context, flags);
  const files = await readAll(context, path);
  const requests = files.flatMap((file) => [...file.requests]);
  const items = files.reduce((sum, file) => sum + file.items, 0);
  const result = await sendRequests({
    url: collector.url,
    ...(collector.key === null ? {} : { key: collector.key }),
    requests,
    onProgress: (sent) => showProgress(context, sent, items),
    signal: context.signal,
  });
  if (context.is_terminal) context.error('\r\x1b[K');
  context.out(`${JSON.stringify({ files: files.length, ...result })}\n`);
  if (result.last_error !== null) context.error(`${result.last_error}\n`);
  return result.failed > 0 ? exit_codes.failed : exit_codes.ok;
}

async function readAll(context: CommandContext, path: string): Promise<ReadFile[]> {
  const files: ReadFile[] = [];
  for await (const file of readSpanFiles(path)) {
    if ('skipped' in file) context.error(`${file.path}: skipped, ${file.skipped}\n`);
    else {
      for (const problem of file.problems) context.error(`${file.path}: ${problem}\n`);
      files.push(file);
    }
  }
  return files;
}

const bar_width = 30;

function showProgress(context: CommandContext, sent: SendResult, items: number): void {
  if (!context.is_terminal) return;
  const share = Math.min(1, (sent.accepted + sent.rejected + sent.failed) / Math.max(1, items));
  const filled = Math.round(share * bar_width);
  const bar = '█'.repeat(filled) + '░'.repeat(bar_width - filled);
  context.error(`\r${bar} ${Math.round(share * 100)} % ${sent.accepted} sent`);
}
