import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { readAlertsSearch } from './alerts/alerts-search.ts';
import { readDriftSearch } from './drift/drift-search.ts';
import { Shell } from './shell/shell.tsx';
import { readSqlSearch } from './sql/sql-search.ts';
import { readTraceSearch } from './trace/trace-search.ts';
import { readTracesSearch } from './traces/traces-search.ts';
import { ErrorNotice, Loading, Notice } from './ui/notice.tsx';
import { parseParameters, writeParameters } from './url/parameters.ts';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/traces', replace: true });
  },
});

const traces = createRoute({
  getParentRoute: () => root,
  path: '/traces',
  validateSearch: readTracesSearch,
  component: lazyRouteComponent(() => import('./traces/traces-page.tsx'), 'TracesPage'),
});

const trace = createRoute({
  getParentRoute: () => root,
  path: '/traces/$traceId',
  validateSearch: readTraceSearch,
  component: lazyRouteComponent(() => import('./trace/trace-page.tsx'), 'TracePage'),
});

const drift = createRoute({
  getParentRoute: () => root,
  path: '/drift',
  validateSearch: readDriftSearch,
  component: lazyRouteComponent(() => import('./drift/drift-page.tsx'), 'DriftPage'),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: readAlertsSearch,
  component: lazyRouteComponent(() => import('./alerts/alerts-page.tsx'), 'AlertsPage'),
});

/** Where notifications point. */
const alert = createRoute({
  getParentRoute: () => root,
  path: '/alerts/$alertId',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/alerts', search: { alert: params.alertId }, replace: true });
  },
});

const sql = createRoute({
  getParentRoute: () => root,
  path: '/sql',
  validateSearch: readSqlSearch,
  component: lazyRouteComponent(() => import('./sql/sql-page.tsx'), 'SqlPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, traces, trace, drift, alerts, alert, sql]),
  parseSearch: parseParameters,
  stringifySearch: writeParameters,
  search: { strict: true },
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading what="page" />,
  defaultErrorComponent: PageError,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  return (
    <Notice icon={<Compass size={18} />} title="There is no such page">
      <a href="/traces">Go to the traces</a>
    </Notice>
  );
}

function PageError({ error, reset }: ErrorComponentProps) {
  return <ErrorNotice error={error instanceof Error ? error : new Error(String(error))} retry={reset} />;
}
