import { readFile, stat } from 'node:fs/promises';
import { default_tenant } from '../access/credential.ts';
import type { Log } from '../log.ts';
import type { Finding } from './alert.ts';
import { rules_file_rule } from './evaluate/findings.ts';
import type { Judge } from './judge.ts';
import { parseRuleFile, problemText } from './rules/parse-file.ts';
import type { RuleFile } from './rules/rule-file.ts';

/** Reads the rules file again when it has changed. A file that is broken changes nothing, but is an alert. */
export interface Reload {
  /** Never rejects. */
  check(now_ms: number): Promise<void>;
}

interface ReloadParts {
  /** Null where there is no file. */
  readonly path: string | null;
  readonly rule_file: RuleFile;
  readonly judge: Judge;
  readonly configure: (file: RuleFile) => void;
  readonly onChange: () => Promise<void>;
  readonly log: Log;
}

const policy = { for_windows: 1, for_us: 0, keep_windows: 1, keep_us: 0, shows_no_data: false };

export function createReload({ path, rule_file, judge, configure, onChange, log }: ReloadParts): Reload {
  const channels = JSON.stringify(rule_file.channels);
  let [seen, is_broken] = [null as string | null, false];

  async function check(now_ms: number): Promise<void> {
    if (path === null) return;
    try {
      const { mtimeMs, size } = await stat(path);
      const mark = `${mtimeMs} ${size}`;
      const is_first = seen === null;
      if (mark === seen) return;
      seen = mark;
      // The start has read it already; whether it was broken before, only the alert still knows.
      await read(path, is_first ? 'again' : 'changed', now_ms);
    } catch (error) {
      seen = '';
      await report(`It cannot be read: ${String(error)}`, now_ms);
    }
  }

  async function read(file_path: string, why: 'again' | 'changed', now_ms: number): Promise<void> {
    const { file, problems } = parseRuleFile(await readFile(file_path, 'utf8'));
    if (file === null) {
      await report(problems.map((problem) => problemText(file_path, problem)).join(' '), now_ms);
      return;
    }
    if (JSON.stringify(file.channels) !== channels)
      log.warn({ path: file_path }, 'Channels of the rules file changed; that needs a restart.');
    else configure(file);
    if (why === 'changed') log.info({ path: file_path }, 'The rules file was read again.');
    await report(null, now_ms);
  }

  /** @param problem null where all is well */
  async function report(problem: string | null, now_ms: number): Promise<void> {
    if (problem !== null && !is_broken)
      log.error({ path, problem }, 'The rules file is broken; the old rules stay.');
    is_broken = problem !== null;
    try {
      if (await judge.observe(finding(problem, now_ms), policy)) await onChange();
    } catch (error) {
      // It is said again with the next look, whether the file changes until then or not.
      seen = '';
      log.error({ error }, 'The alert on the rules file could not be written.');
    }
  }

  return { check };
}

function finding(problem: string | null, now_ms: number): Finding {
  return {
    ...{ tenant: default_tenant, rule: rules_file_rule, feature: 'rules_file' },
    ...{ slice_key: 'all', slice_value: 'all', severity: 'warning', labels: {}, annotations: {} },
    ...{ runbook_url: null, query: 'sextant alerts rules check FILE', figures: { why: problem } },
    evidence: problem === null ? 'fine' : 'breached',
    window_start_us: now_ms * 1000,
    window_end_us: now_ms * 1000,
    is_now: true,
    example_trace_ids: [],
    summarise: ({ resolved }) =>
      resolved === null
        ? `The rules file is broken, so the rules of before stay: ${problem?.slice(0, 500)}.`
        : 'The rules file can be read again.',
  };
}
