/** What stands in the place of what was taken out. */
export const redacted = '[REDACTED]';

/**
 * Secrets that tell by their form what they are: the prefixes their issuers document. Each is at least
 * `run_characters_min` characters of the alphabet below, which is what makes the search cheap.
 */
const forms: Readonly<Record<string, string>> = {
  // OpenAI, Anthropic, OpenRouter and others that follow them; a word with hyphens has no digit.
  model_provider_key: 'sk-(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{20,}',
  github_token: 'gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}',
  gitlab_token: 'glpat-[A-Za-z0-9_-]{20,}',
  aws_key_id: '(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])',
  google_key: 'AIza[A-Za-z0-9_-]{35}|ya29\\.[A-Za-z0-9_-]{20,}',
  slack_token: 'xox[abeoprs]-[A-Za-z0-9-]{15,}',
  stripe_key: '[sr]k_(?:live|test)_[A-Za-z0-9]{16,}',
  hugging_face_token: 'hf_[A-Za-z0-9]{30,}',
  npm_token: 'npm_[A-Za-z0-9]{36}',
  json_web_token: 'eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}',
  sextant_key: 'sx_[0-9a-f]{12}_[0-9a-f]{40}',
};

/** The shortest secret there is, an AWS key id. */
const run_characters_min = 20;

const any_form = new RegExp(
  `(?<![A-Za-z0-9])(?:${Object.entries(forms)
    .map(([name, form]) => `(?<${name}>${form})`)
    .join('|')})`,
  'g',
);

const is_in_alphabet: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9_.+/=~-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Told the name of each form that was found. */
export type OnSecret = (form: string) => void;

/**
 * The text without the secrets in it; the same text where there are none.
 *
 * A secret is a run of at least twenty characters without a blank. Such a run covers one of every twenty places,
 * so only those are looked at, which costs a fraction of reading the text, and the patterns see nothing but runs.
 */
export function redactText(text: string, onSecret: OnSecret): string {
  let result = '';
  let kept_until = 0;
  for (let place = run_characters_min - 1; place < text.length; ) {
    if (!isInAlphabet(text, place)) {
      place += run_characters_min;
      continue;
    }
    const run = runAround(text, place, kept_until);
    if (run.end - run.start >= run_characters_min) {
      const { end, replacement } = redactRun(text, run, onSecret);
      if (replacement !== null) {
        result += text.slice(kept_until, run.start) + replacement;
        kept_until = end;
      }
      place = end;
    } else place = run.end;
    place += run_characters_min;
  }
  return kept_until === 0 ? text : result + text.slice(kept_until);
}

function isInAlphabet(text: string, place: number): boolean {
  return is_in_alphabet[text.charCodeAt(place)] === 1;
}

interface Run {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

function runAround(text: string, place: number, start_min: number): Run {
  let start = place;
  while (start > start_min && isInAlphabet(text, start - 1)) start -= 1;
  let end = place + 1;
  while (end < text.length && isInAlphabet(text, end)) end += 1;
  return { start, end };
}

interface RedactedRun {
  /** Up to where the text is dealt with. */
  readonly end: number;
  /** Null where the run holds no secret. */
  readonly replacement: string | null;
}

function redactRun(text: string, { start, end }: Run, onSecret: OnSecret): RedactedRun {
  const before = text.slice(Math.max(0, start - 24), start);
  if (/bearer\s+$/i.test(before)) {
    onSecret('bearer_token');
    return { end, replacement: redacted };
  }
  if (before.includes('PRIVATE KEY-----')) {
    onSecret('private_key');
    const closing = text.indexOf('-----END', end);
    return { end: closing < 0 ? end : closing, replacement: redacted };
  }
  const run = text.slice(start, end);
  const replacement = run.replace(any_form, (...match) => {
    const groups = match.at(-1) as Record<string, string | undefined>;
    onSecret(Object.keys(groups).find((name) => groups[name] !== undefined) ?? 'secret');
    return redacted;
  });
  return { end, replacement: replacement === run ? null : replacement };
}
