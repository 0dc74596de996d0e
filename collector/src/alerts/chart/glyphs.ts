/** Five rows of three dots for each character an axis needs. */
const glyphs: Readonly<Record<string, string>> = {
  '0': '### #.# #.# #.# ###',
  '1': '.#. ##. .#. .#. ###',
  '2': '### ..# ### #.. ###',
  '3': '### ..# ### ..# ###',
  '4': '#.# #.# ### ..# ..#',
  '5': '### #.. ### ..# ###',
  '6': '### #.. ### #.# ###',
  '7': '### ..# ..# ..# ..#',
  '8': '### #.# ### #.# ###',
  '9': '### #.# ### ..# ###',
  '.': '... ... ... ... .#.',
  ':': '... .#. ... .#. ...',
  '-': '... ... ### ... ...',
  '+': '... .#. ### .#. ...',
  e: '... ### ### #.. ###',
  ' ': '... ... ... ... ...',
};

export const glyph_width = 4;

/** Dots of a text from its upper left corner; characters that have no glyph are left out. */
export function dotsOf(text: string): { x: number; y: number }[] {
  return [...text].flatMap((character, place) =>
    (glyphs[character] ?? '')
      .split(' ')
      .flatMap((row, y) =>
        [...row].flatMap((dot, x) => (dot === '#' ? [{ x: place * glyph_width + x, y }] : [])),
      ),
  );
}
