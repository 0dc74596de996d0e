import { ImageOff } from 'lucide-react';
import { memo, useState } from 'react';
import Markdown, { type Components } from 'react-markdown';
import { formatCompact } from '../format/number.ts';
import { head, reveal } from '../format/text.ts';
import { Button } from '../ui/button.tsx';
import styles from './message-text.module.css';

const shown_characters = 12_000;
/** Longer texts are shown as they are: reading them as Markdown would hold up the page. */
const markdown_characters_max = 100_000;

/**
 * Text of a message as Markdown. Everything in it is somebody else's: HTML stays text, links lead only to web
 * and mail addresses, and images are named but never fetched, because an address can carry data out.
 */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const [is_whole, setWhole] = useState(false);
  const shown = is_whole ? text : head(text, shown_characters);
  return (
    <div className={styles.text} dir="auto">
      {shown.length > markdown_characters_max ? (
        <p>{reveal(shown)}</p>
      ) : (
        <Markdown components={components} urlTransform={safeUrl}>
          {reveal(shown)}
        </Markdown>
      )}
      {shown.length < text.length && (
        <Button onPress={() => setWhole(true)}>Show all {formatCompact(text.length)} characters</Button>
      )}
    </div>
  );
});

const components: Components = {
  a: ({ href, children }) =>
    href === undefined || href === '' ? (
      <span>{children}</span>
    ) : (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
        {children}
      </a>
    ),
  img: ({ alt, src }) => (
    <span className={styles.image}>
      <ImageOff size={13} aria-hidden="true" />
      Image not loaded: {alt === undefined || alt === '' ? 'no description' : alt}
      {typeof src === 'string' && src !== '' && <code>{head(src, 120)}</code>}
    </span>
  ),
};

/** The address if it leads to a page or a mailbox, else nothing. */
function safeUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed !== null && ['http:', 'https:', 'mailto:'].includes(parsed.protocol) ? parsed.href : '';
}
