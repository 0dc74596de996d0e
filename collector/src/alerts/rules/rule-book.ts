import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { readRule } from './read-rule.ts';
import type { PolledRule, Rule, VerdictRule } from './rule.ts';

/** The rules that hold now: those of the file, and those made by the API. */
export interface RuleBook {
  /** Rules the tenant is subject to, by name. */
  list(tenant: string): ListedRule[];
  /** Makes or replaces a rule of the tenant. @throws SextantError bad_request, forbidden for a rule of the file */
  put(tenant: string, name: string, value: unknown): Rule;
  /** @throws SextantError not_found, forbidden for a rule of the file */
  remove(tenant: string, name: string): void;
  verdictRules(): readonly VerdictRule[];
  polledRules(): readonly PolledRule[];
  /** Has other rules of the file from now on. */
  setFileRules(rules: readonly Rule[] | null): void;
  /** Whether verdicts make alerts though no rule says so: as long as there is no file that names rules. */
  hasDefault(): boolean;
}

export interface ListedRule {
  readonly source: 'file' | 'api';
  readonly rule: Rule;
  /** As it was handed in; null for a rule of the file. */
  readonly given: unknown;
}

const PER_TENANT_MAX = 200;

interface RuleBookParts {
  readonly database: DatabaseSync;
  readonly file_rules: readonly Rule[] | null;
  readonly log: Log;
}

export function createRuleBook({ database, file_rules, log }: RuleBookParts): RuleBook {
  database.exec(`
    CREATE TABLE IF NOT EXISTS alert_rules (
      tenant TEXT NOT NULL,
      name TEXT NOT NULL,
      document TEXT NOT NULL,
      PRIMARY KEY (tenant, name)
    ) STRICT`);
  const statements = prepare(database);
  let of_file = file_rules;
  let of_api = readStored();

  function readStored(): { rule: Rule; given: unknown }[] {
    return statements.all.all().flatMap(({ tenant, name, document }) => {
      try {
        const given: unknown = JSON.parse(String(document));
        return [{ rule: readRule(given, [], { tenant: String(tenant) }), given }];
      } catch (error) {
        log.error({ error, tenant, rule: name }, 'A stored rule cannot be read and is left out.');
        return [];
      }
    });
  }

  function put(tenant: string, name: string, value: unknown): Rule {
    const given = { ...(value as object), name };
    const rule = readRule(given, [], { tenant });
    refuseFileRule(name);
    const others = of_api.filter((one) => one.rule.tenant === tenant && one.rule.name !== name);
    if (others.length >= PER_TENANT_MAX)
      throw new SextantError('bad_request', `There are ${PER_TENANT_MAX} rules already.`);
    statements.put.run({ tenant, name, document: JSON.stringify(given) });
    of_api = readStored();
    return rule;
  }

  function refuseFileRule(name: string): void {
    if (of_file?.some((rule) => rule.name === name))
      throw new SextantError('forbidden', `The rule "${name}" stands in the rules file; change it there.`);
  }

  function remove(tenant: string, name: string): void {
    refuseFileRule(name);
    if (statements.remove.run({ tenant, name }).changes === 0)
      throw new SextantError('not_found', `There is no rule "${name}".`);
    of_api = readStored();
  }

  /** A rule of the file stands before one of the API that has its name. */
  function ownRules() {
    const names = new Set(of_file?.map(({ name }) => name));
    return of_api.filter(({ rule }) => !names.has(rule.name));
  }

  const rules = (): Rule[] => [...(of_file ?? []), ...ownRules().map(({ rule }) => rule)];
  return {
    list: (tenant) => [
      ...(of_file ?? [])
        .filter((rule) => rule.tenant === null || rule.tenant === tenant)
        .map((rule) => ({ source: 'file' as const, rule, given: null })),
      ...ownRules()
        .filter(({ rule }) => rule.tenant === tenant)
        .map((one) => ({ source: 'api' as const, ...one })),
    ],
    put,
    remove,
    verdictRules: () => rules().filter((rule) => rule.kind === 'verdict'),
    polledRules: () => rules().filter((rule) => rule.kind !== 'verdict'),
    setFileRules(changed) {
      of_file = changed;
    },
    hasDefault: () => of_file === null,
  };
}

function prepare(database: DatabaseSync) {
  return {
    all: database.prepare('SELECT tenant, name, document FROM alert_rules ORDER BY tenant, name'),
    put: database.prepare('INSERT OR REPLACE INTO alert_rules VALUES ($tenant, $name, $document)'),
    remove: database.prepare('DELETE FROM alert_rules WHERE tenant = $tenant AND name = $name'),
  };
}
