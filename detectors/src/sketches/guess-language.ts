/**
 * Writing systems that name a language by themselves, or nearly; Latin, Cyrillic, Arabic and Devanagari are
 * shared, and the words below tell some of their languages apart.
 */
const scripts: readonly (readonly [language: string, letters: RegExp])[] = [
  ['latin', /\p{Script=Latin}+/gu],
  ['cyrillic', /\p{Script=Cyrillic}+/gu],
  ['japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]+/gu],
  ['chinese', /\p{Script=Han}+/gu],
  ['korean', /\p{Script=Hangul}+/gu],
  ['arabic', /\p{Script=Arabic}+/gu],
  ['hebrew', /\p{Script=Hebrew}+/gu],
  ['greek', /\p{Script=Greek}+/gu],
  ['devanagari', /\p{Script=Devanagari}+/gu],
  ['thai', /\p{Script=Thai}+/gu],
];

const frequent: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  latin: {
    english: listed('the and is of to in that it you for what my can how not with i do please this are have'),
    german: listed(
      'der die das und ist nicht ich ein eine zu mit auf wie für sie den kann mein bitte es auch wir',
    ),
    french: listed('le la les et est un une je vous pas que des du pour dans mon ma sur comment avec ce qui'),
    spanish: listed('el los las y es un una de que no en por para mi con cómo qué está puedo se lo su'),
    portuguese: listed('o os as e é um uma de que não em por para meu minha com como você está do da eu'),
    italian: listed('il lo gli e è un una di che non in per mio mia con come sono del della posso ho si'),
    dutch: listed('de het een en is niet ik van op met voor hoe mijn kan dat wat zijn naar je dit'),
    polish: listed('i w nie na się jest to z do że jak co mój moja czy po dla od mam proszę'),
    turkish: listed('ve bir bu için ne nasıl mi mı ben değil var çok ile da de benim lütfen daha'),
    swedish: listed('och är det en ett att jag inte på för med som hur min kan har till av vad'),
  },
  cyrillic: {
    russian: listed('и в не на что я как это мой с по для мне есть он вы так'),
    ukrainian: listed('і в не на що я як це мій з до для мені є він ви та'),
  },
};

function listed(text: string): readonly string[] {
  return text.split(' ');
}

/** Of each script, the languages in which a word is frequent. */
const languages_of_word = Object.fromEntries(
  Object.entries(frequent).map(([script, of_script]) => [script, invert(of_script)]),
);

function invert(of_script: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string[]> {
  const inverted = new Map<string, string[]>();
  for (const [language, words] of Object.entries(of_script)) {
    for (const word of words) inverted.set(word, [...(inverted.get(word) ?? []), language]);
  }
  return inverted;
}

/** Every answer that `guessLanguage` can give. */
export const languages: readonly string[] = [
  ...scripts.map(([name]) => name),
  ...Object.values(frequent).flatMap((of_script) => Object.keys(of_script)),
  'other',
  'none',
];

/**
 * A guess at the language of a text from its writing system and, in Latin and Cyrillic, from its frequent words.
 * Deterministic, and meant for counting, not for one text: a text of a few words without frequent ones is only
 * `latin` or `cyrillic`, languages that are not listed are named by their script or taken for a relative, languages
 * of one script such as Arabic and Persian are not told apart, and of a text in several only the main one counts.
 * `none` has no letters; `other` is another script.
 */
export function guessLanguage(text: string): string {
  const words = text.match(/\p{Letter}+/gu) ?? [];
  const letters = lengthOf(words);
  if (letters === 0) return 'none';
  const script = mainScript(text, letters);
  return script === 'other' ? script : (guessByWords(words, script) ?? script);
}

/** The script of half of the letters, or `other`. */
function mainScript(text: string, letters: number): string {
  let [main, most, left] = ['other', letters / 2, letters];
  for (const [script, pattern] of scripts) {
    // Too few for any of those that follow.
    if (left * kana_share < letters) break;
    const found = lengthOf(text.match(pattern) ?? []);
    // Japanese is written in both: kana in a tenth of the text says that its Han letters are Japanese.
    if (script === 'japanese' && found * kana_share >= letters) return script;
    if (found > most || (found === most && main === 'other')) [main, most] = [script, found];
    left -= found;
  }
  return main;
}

/** One of so many letters. */
const kana_share = 10;

/** The language with the most frequent words, if it has at least two and more than any other. */
function guessByWords(words: readonly string[], script: string): string | null {
  const languages_of = languages_of_word[script];
  if (languages_of === undefined) return null;
  const scores = new Map<string, number>();
  for (const word of words) {
    for (const language of languages_of.get(word.toLowerCase()) ?? [])
      scores.set(language, (scores.get(language) ?? 0) + 1);
  }
  const [first, second] = [...scores].sort(([, a], [, b]) => b - a);
  return first !== undefined && first[1] >= 2 && first[1] > (second?.[1] ?? 0) ? first[0] : null;
}

function lengthOf(runs: readonly string[]): number {
  return runs.reduce((sum, run) => sum + run.length, 0);
}
