import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { SextantError } from '../errors.ts';
import { parseExact } from './exact-json.ts';
import type { FileFacts } from './formats/format.ts';
import { span_formats } from './formats/index.ts';
import { countItems, type OtlpRequest } from './otlp.ts';

/** Larger files, before or after inflation, are skipped. */
const file_bytes_max = 512 * 1024 * 1024;

/** What a file held: requests to send, or why it was left out. */
export type SpanFile = ReadFile | SkippedFile;

export interface ReadFile {
  readonly path: string;
  /** Name of the form the spans were in. */
  readonly format: string;
  /** Spans, and log records and data points where they come as OTLP. */
  readonly items: number;
  readonly requests: readonly OtlpRequest[];
  /** One sentence for each span or line that could not be read. */
  readonly problems: readonly string[];
}

interface SkippedFile {
  readonly path: string;
  /** Why, as a sentence. */
  readonly skipped: string;
}

/**
 * Reads spans from a file, or from every file of a folder and its subfolders in the order of their names. What a
 * file is, is told by its content: JSON or JSON lines, compressed with gzip or not. A file without spans is
 * reported as skipped and does not stop the others.
 * @throws SextantError bad_request when nothing is at the path
 */
export async function* readSpanFiles(path: string): AsyncGenerator<SpanFile> {
  for (const file of await listFiles(path)) yield await readSpanFile(file);
}

async function readSpanFile(path: string): Promise<SpanFile> {
  try {
    const { mtimeMs: modified_ms, size } = await stat(path);
    if (size > file_bytes_max) return { path, skipped: 'The file is too large.' };
    const text = await readText(path);
    return { path, ...readDocuments(parseDocuments(text), { name: basename(path), modified_ms }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { path, skipped: `The file could not be read: ${why}.` };
  }
}

function readDocuments(
  documents: readonly unknown[],
  file: FileFacts,
): Omit<ReadFile, 'path'> | Omit<SkippedFile, 'path'> {
  const formats = new Set<string>();
  const requests: OtlpRequest[] = [];
  const problems: string[] = [];
  for (const document of documents) {
    const format = span_formats.find((candidate) => candidate.matches(document));
    const read = format?.read(document, file) ?? { requests: [], problems: [whyNotSpans(document)] };
    if (format) formats.add(format.name);
    for (const request of read.requests) requests.push(request);
    for (const problem of read.problems) problems.push(problem);
  }
  const items = requests.reduce((sum, request) => sum + countItems(request), 0);
  if (items === 0) return { skipped: problems[0] ?? 'The file holds no spans.' };
  return { format: [...formats].join(', '), items, requests, problems };
}

function whyNotSpans(document: unknown): string {
  if (document === not_json) return 'The content is neither JSON nor JSON lines.';
  return 'The file holds no spans in a form that is known.';
}

/** What stands for a text that is not JSON. */
const not_json = Symbol('not JSON');

/** One document, or one on each line. */
function parseDocuments(text: string): readonly unknown[] {
  const whole = parseOrNot(text);
  if (whole !== not_json) return [whole];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map(parseOrNot);
}

function parseOrNot(text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    if (error instanceof SyntaxError) return not_json;
    throw error;
  }
}

const inflate = promisify(gunzip);

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  const is_gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const content = is_gzip ? await inflate(bytes, { maxOutputLength: file_bytes_max }) : bytes;
  return content.toString('utf8');
}

async function listFiles(path: string): Promise<readonly string[]> {
  const facts = await stat(path).catch((error: unknown) => {
    throw new SextantError('bad_request', `There is nothing to read at ${path}.`, { cause: error });
  });
  if (!facts.isDirectory()) return [path];
  const entries: readonly Dirent[] = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
