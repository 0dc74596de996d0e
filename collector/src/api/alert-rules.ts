import type { FastifyInstance } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import type { ListedRule } from '../alerts/rules/rule-book.ts';
import type { ApiParts } from './parts.ts';

const admin = { scope: 'admin' } as const;

interface NameParams {
  readonly name: string;
}

/** Rules of alerts. Those of the rules file are shown, and changed there. */
export function routeAlertRules(server: FastifyInstance, { alerts, audit }: ApiParts): void {
  server.get(
    '/api/alert-rules',
    { schema: { summary: 'Rules of alerts that hold for the tenant' }, config: { scope: 'read' } },
    async (request) => ({
      default: alerts.rules.hasDefault(),
      rules: alerts.rules.list(credentialOf(request).tenant).map(shown),
    }),
  );

  server.put<{ Params: NameParams; Body: object }>(
    '/api/alert-rules/:name',
    { schema: put_schema, config: admin },
    async (request) => {
      const { tenant, actor } = credentialOf(request);
      const { name } = request.params;
      const rule = alerts.rules.put(tenant, name, request.body);
      audit.record({
        tenant,
        actor,
        action: 'alert_rule.put',
        target: name,
        details: { rule: request.body },
      });
      return { name, source: 'api', rule };
    },
  );

  server.delete<{ Params: NameParams }>(
    '/api/alert-rules/:name',
    { schema: { summary: 'Removes a rule that was made by the API' }, config: admin },
    async (request) => {
      const { tenant, actor } = credentialOf(request);
      const { name } = request.params;
      alerts.rules.remove(tenant, name);
      audit.record({ tenant, actor, action: 'alert_rule.remove', target: name, details: {} });
      return { removed: name };
    },
  );
}

function shown({ source, rule, given }: ListedRule) {
  return { name: rule.name, kind: rule.kind, source, rule: given ?? rule };
}

const put_schema = {
  summary: 'Makes or replaces a rule, written as in the rules file',
  body: { type: 'object' },
} as const;
