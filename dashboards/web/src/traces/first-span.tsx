import { Satellite } from 'lucide-react';
import { useState } from 'react';
import { Choice } from '../ui/choice.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import styles from './first-span.module.css';

type Language = 'node' | 'python' | 'curl';

const languages = [
  { value: 'node', label: 'Node.js' },
  { value: 'python', label: 'Python' },
  { value: 'curl', label: 'curl' },
] as const;

/** What a new user sees: how to send a first span to this very collector. */
export function FirstSpan() {
  const [language, setLanguage] = useState<Language>('node');
  const snippet = snippetOf(language, window.location.origin);
  return (
    <Notice icon={<Satellite size={18} />} title="No spans yet">
      <p>
        The collector is listening at <code>{window.location.origin}</code>. Send it a span and it appears
        here by itself.
      </p>
      <Choice
        label="Language"
        has_heading={false}
        options={languages}
        value={language}
        onChange={setLanguage}
      />
      <div className={styles.frame}>
        <div className={styles.copy}>
          <CopyButton text={snippet} label="Copy the example" />
        </div>
        <ScrollRegion label="Example" className={styles.scroll}>
          <pre>{snippet}</pre>
        </ScrollRegion>
      </div>
      <p>
        Any OpenTelemetry sender works: point its OTLP/HTTP exporter at{' '}
        <code>{window.location.origin}/v1/traces</code>.
      </p>
    </Notice>
  );
}

function snippetOf(language: Language, url: string): string {
  const snippets: Record<Language, string> = {
    node: `npm install @sextant/sdk

import { instrument, start } from '@sextant/sdk';
import OpenAI from 'openai';

const sextant = start({ serviceName: 'my-app', url: '${url}' });
const openai = instrument(new OpenAI());

await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Where am I?' }],
});
await sextant.flush();`,
    python: `pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http \\
  opentelemetry-instrumentation-openai-v2

export OTEL_SERVICE_NAME=my-app
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT=${url}

opentelemetry-instrument python app.py`,
    curl: `now=$(date +%s)
curl ${url}/v1/traces -H 'content-type: application/json' -d '{
  "resourceSpans": [{
    "resource": {"attributes": [
      {"key": "service.name", "value": {"stringValue": "my-app"}}]},
    "scopeSpans": [{"spans": [{
      "traceId": "'$(openssl rand -hex 16)'",
      "spanId": "'$(openssl rand -hex 8)'",
      "name": "chat gpt-4o-mini",
      "startTimeUnixNano": "'$now'000000000",
      "endTimeUnixNano": "'$((now + 1))'000000000",
      "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o-mini"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": 12}}]
    }]}]
  }]
}'`,
  };
  return snippets[language];
}
