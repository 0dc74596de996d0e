import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { agent, tool } from '@sextant/sdk';
import { expect, it } from 'vitest';
import { startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

it('takes the spans of the wrappers from an application that runs the OpenTelemetry SDK for Node', async () => {
  const collector = await startCollector({ data: temporaryFolder() });
  const traceExporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` });
  const sdk = new NodeSDK({ serviceName: 'already-instrumented', traceExporter });
  sdk.start();
  const lookUp = tool('look_up', async (id: string) => ({ id, found: true }));
  const assist = agent('assistant', async (question: string) => (await lookUp(question)).found);
  expect(await assist('A-17')).toBe(true);
  await sdk.shutdown();
  await untilStored(collector);
  const rows = await collector.sql(`SELECT child.name, child.tool_name, parent.name AS parent, child.service
    FROM spans child JOIN spans parent ON parent.span_id = child.parent_span_id`);
  expect(rows).toEqual([
    {
      name: 'execute_tool look_up',
      tool_name: 'look_up',
      parent: 'invoke_agent assistant',
      service: 'already-instrumented',
    },
  ]);
});
