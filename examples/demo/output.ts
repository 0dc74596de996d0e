/** Lines for a person to read, and on a terminal a last line that changes. */
export interface Output {
  line(text?: string): void;
  /** Replaces the changing line; an empty text removes it. */
  progress(text: string): void;
}

export function createOutput(stream: NodeJS.WriteStream): Output {
  const progress = (text: string) => {
    if (stream.isTTY) stream.write(`\r\u001b[K${text}`);
  };
  return {
    line(text = '') {
      progress('');
      stream.write(`${text}\n`);
    },
    progress,
  };
}
