/**
 * Writing systems that name a language by themselves, or nearly; Latin, Cyrillic, Arabic and Devanagari are
 * shared, and the words below tell some of their languages apart.
 */
const scripts: readonly (readonly [language: string, letters: RegExp])[] = [
  ['latin', /\p{Script=Latin}/gu],
  ['cyrillic', /\p{Script=Cyrillic}/gu],
  ['japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['chinese', /\p{Script=Han}/gu],
  ['korean', /\p{Script=Hangul}/gu],
  ['arabic', /\p{Script=Arabic}/gu],
  ['hebrew', /\p{Script=Hebrew}/gu],
  ['greek', /\p{Script=Greek}/gu],
  ['devanagari', /\p{Script=Devanagari}/gu],
  ['thai', /\p{Script=Thai}/gu],
];

const words: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
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

/** Every answer that `guessLanguage` can give. */
export const languages: readonly string[] = [
  ...scripts.map(([name]) => name),
  ...Object.values(words).flatMap((of_script) => Object.keys(of_script)),
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
  const letters = text.match(/\p{Letter}/gu)?.length ?? 0;
  if (letters === 0) return 'none';
  const counted = scripts.map(([name, pattern]) => [name, text.match(pattern)?.length ?? 0] as const);
  // Japanese is written in both: kana in a tenth of the text says that its Han letters are Japanese.
  const kana = counted.find(([name]) => name === 'japanese')?.[1] ?? 0;
  if (kana * 10 >= letters) return 'japanese';
  const [script, most] = counted.reduce((best, next) => (next[1] > best[1] ? next : best));
  return most * 2 < letters ? 'other' : (guessByWords(text, script) ?? script);
}

/** The language with the most frequent words, if it has at least two and more than any other. */
function guessByWords(text: string, script: string): string | null {
  const tokens = text.toLowerCase().match(/\p{Letter}+/gu) ?? [];
  const scores = Object.entries(words[script] ?? {})
    .map(([language, frequent]) => ({
      language,
      score: tokens.filter((token) => frequent.includes(token)).length,
    }))
    .sort((a, b) => b.score - a.score);
  const [first, second] = scores;
  return first !== undefined && first.score >= 2 && first.score > (second?.score ?? 0)
    ? first.language
    : null;
}
