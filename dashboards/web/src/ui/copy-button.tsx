import { Check, Copy, type LucideIcon, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

type Outcome = 'none' | 'copied' | 'failed';

interface Props {
  text: string | (() => string);
  label: string;
  Icon?: LucideIcon;
}

/** Copies the text as it is stored, not as it is displayed. */
export function CopyButton({ text, label, Icon = Copy }: Props) {
  const [outcome, setOutcome] = useState<Outcome>('none');
  useEffect(() => {
    if (outcome === 'none') return;
    const timer = setTimeout(() => setOutcome('none'), 1_500);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () => writeClipboard(typeof text === 'function' ? text() : text).then(setOutcome);
  const words = { none: label, copied: 'Copied', failed: 'The browser does not allow copying here' };
  return (
    <Button look="plain" is_square aria-label={words[outcome]} onPress={() => void copy()}>
      {outcome === 'none' && <Icon size={14} />}
      {outcome === 'copied' && <Check size={14} color="var(--good)" />}
      {outcome === 'failed' && <X size={14} color="var(--danger)" />}
    </Button>
  );
}

async function writeClipboard(text: string): Promise<Outcome> {
  // Absent on plain HTTP from another machine.
  if (!('clipboard' in navigator)) return 'failed';
  return navigator.clipboard.writeText(text).then(
    () => 'copied' as const,
    () => 'failed' as const,
  );
}
