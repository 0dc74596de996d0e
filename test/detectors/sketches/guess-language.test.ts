import { expect, test } from 'vitest';
import { guessLanguage, languages } from '../../../detectors/src/sketches/guess-language.ts';

const sentences: Readonly<Record<string, string>> = {
  english: 'What is the balance of my account and how can I see it?',
  german: 'Wie kann ich das Guthaben auf meinem Konto sehen, und ist es auch richtig?',
  french: 'Comment puis-je voir le solde de mon compte avec une carte qui est perdue ?',
  spanish: '¿Cómo puedo ver el saldo de mi cuenta y qué hago para pagar con la tarjeta?',
  portuguese: 'Como eu vejo o saldo da minha conta e para que serve o cartão que não está ativo?',
  italian: 'Come posso vedere il saldo del mio conto e che cosa è la carta che non ho?',
  dutch: 'Hoe kan ik het saldo van mijn rekening zien en wat is de code voor dit?',
  polish: 'Jak mogę sprawdzić saldo i co zrobić, gdy karta nie jest aktywna? Proszę o pomoc, bo mam problem.',
  turkish: 'Benim hesabım için bu kart nasıl kullanılır ve ne kadar ücret var?',
  swedish: 'Hur kan jag se saldot på mitt konto och vad är det som inte fungerar med min kort?',
  russian: 'Как я могу посмотреть баланс и что мне делать, если это не мой счёт?',
  ukrainian: 'Як я можу подивитися баланс і що мені робити, якщо це не мій рахунок?',
  japanese: '口座の残高はどこで見ることができますか？',
  chinese: '我在哪里可以查看我的账户余额？',
  korean: '제 계좌 잔액을 어디에서 볼 수 있나요?',
  arabic: 'أين يمكنني رؤية رصيد حسابي؟',
  hebrew: 'איפה אפשר לראות את היתרה בחשבון שלי?',
  greek: 'Πού μπορώ να δω το υπόλοιπο του λογαριασμού μου;',
  devanagari: 'मैं अपने खाते का शेष कहाँ देख सकता हूँ?',
  thai: 'ฉันจะดูยอดเงินในบัญชีได้ที่ไหน',
  latin: 'Zxqv brrm',
  cyrillic: 'Бррм зкв',
  other: 'ამ ანგარიშის ნაშთი',
  none: '12 + 30 = 42!',
};

test.each(Object.entries(sentences))('%s', (language, sentence) => {
  expect(guessLanguage(sentence)).toBe(language);
});

test('the main script of a text in several counts, but kana in a tenth of it are Japanese', () => {
  expect(guessLanguage('Zxqv brrm 我在')).toBe('latin');
  expect(guessLanguage('Zxqv 我在哪里可以')).toBe('chinese');
  expect(guessLanguage('Zxqv brrm gptl は')).toBe('latin');
  expect(guessLanguage('Zxqv brrm はで')).toBe('japanese');
  expect(guessLanguage('ab бв 我在 αβ')).toBe('other');
});

test('every answer has a sentence here', () => {
  expect(Object.keys(sentences).sort()).toEqual([...languages].sort());
});
