import { boundsOf, type Moment, readMoments } from './moments.ts';
import { metric_form, metricsOf } from './otlp-metric.ts';
import { type ExportParts, type ExportRange, exportPortions, sizeOf } from './portions.ts';

/** Data points under their metrics as lines, each an ExportMetricsServiceRequest. */
export function exportMetrics(range: ExportRange, parts: ExportParts): AsyncGenerator<string> {
  const { tenant } = range;
  const { store, signal } = parts;
  return exportPortions<Moment>({
    form: metric_form,
    keys: readMoments('export_metric_moments', range, parts),
    rowsOf: ({ rows }) => rows,
    async readPortion(run) {
      const rows = await store.query('export_metrics', { tenant, ...boundsOf(run) }, { signal });
      return { items: metricsOf(rows), bytes: sizeOf(rows) };
    },
  });
}
