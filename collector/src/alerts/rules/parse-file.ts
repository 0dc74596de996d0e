import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { SextantError } from '../../errors.ts';
import { type FieldError, type Path, pathText } from './fields.ts';
import { readRuleFile } from './read-file.ts';
import type { RuleFile } from './rule-file.ts';

export interface Problem {
  /** From 1; null where the file as a whole is meant. */
  readonly line: number | null;
  /** Such as rules[2].window. */
  readonly path: string;
  readonly problem: string;
}

export type ParsedFile =
  | { readonly file: RuleFile; readonly problems: readonly [] }
  | { readonly file: null; readonly problems: readonly Problem[] };

const FILE_UNITS_MAX = 1024 * 1024;
const ALIASES_MAX = 100;

/** Reads a rules file, YAML or JSON, and says all that is wrong with it, not only the first. */
export function parseRuleFile(text: string): ParsedFile {
  if (text.length > FILE_UNITS_MAX)
    return failed([
      { line: null, path: 'the document', problem: `is longer than ${FILE_UNITS_MAX} characters` },
    ]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const { line } = lines.linePos(syntax.pos[0]);
    return failed([{ line, path: 'the document', problem: syntax.message.split('\n', 1)[0] ?? '' }]);
  }
  const content = contentOf(document);
  if (content === null)
    return failed([{ line: null, path: 'the document', problem: 'has too many aliases' }]);
  const errors: FieldError[] = [];
  const file = readRuleFile(content.value, (error) => errors.push(error));
  if (errors.length === 0) return { file, problems: [] };
  return failed(
    errors.map(({ path, problem }) => ({
      line: lineOf(document, lines, path),
      path: pathText(path),
      problem,
    })),
  );
}

/** @throws SextantError bad_request with every problem, each on a line of its own */
export function ruleFileOrThrow(path: string, { file, problems }: ParsedFile): RuleFile {
  if (file !== null) return file;
  throw new SextantError('bad_request', problems.map((problem) => problemText(path, problem)).join('\n'));
}

export function problemText(path: string, { line, path: field, problem }: Problem): string {
  return `${path}${line === null ? '' : `:${line}`}: ${field} ${problem}`;
}

/** Null where aliases stand for far more than is written. */
function contentOf(document: Document): { readonly value: unknown } | null {
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}

/** The line of a field; where it is missing, of what it is missing from. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | null {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

function failed(problems: readonly Problem[]): ParsedFile {
  return { file: null, problems };
}
