interface Topic {
  /** Sentences with `{slot}` for a word of that list. */
  readonly asks: readonly string[];
  readonly followUps: readonly string[];
}

const delivery: Topic = {
  asks: [
    'Where is my order {order}? The {product} should have arrived {when}.',
    'The tracking of my {color} {product} has not moved since {when}.',
    'My parcel to {city} says delivered but I never saw the {product}.',
    'When will the {product} I ordered {when} be delivered to {city}?',
    'The courier left the {product} at the wrong house in {city}.',
    'Only half of order {order} arrived, the {product} is missing.',
    'Can I still change the delivery address of order {order} to {city}?',
    'I will be away, can the driver bring the {product} another day?',
  ],
  followUps: ['And how late may the driver come?', 'Can a neighbour sign for it?', 'Which carrier has it?'],
};

const refund: Topic = {
  asks: [
    'I want my money back for the {product}, it came {damage}.',
    'How do I return a {color} {product} that does not fit?',
    'My refund for order {order} has not reached my {card} yet.',
    'The {product} broke after {span}, can I return it?',
    'You refunded only part of order {order}, the {product} is not in it.',
    'Is the return of a {material} {product} free of charge?',
  ],
  followUps: ['Do I need the original box?', 'How long until the money is there?', 'Who pays the postage?'],
};

const account: Topic = {
  asks: [
    'I am locked out of my account since {when}.',
    'The password reset mail never comes, I looked in spam too.',
    'My two-factor code stopped working with the new phone.',
    'Please change the email of my account, I married and moved to {city}.',
    'How can I delete my account and everything you know about me?',
    'Log in works on the laptop but not in the app on my {phone}.',
  ],
  followUps: [
    'Does that log me out elsewhere?',
    'How long is the link good for?',
    'Will my wish list survive?',
  ],
};

const billing: Topic = {
  asks: [
    'I was charged twice on my {card} for one {product}.',
    'Please send the invoice of order {order} to my company in {city}.',
    'Why does the bill show {amount} euros when the shop said less?',
    'Can I pay the {product} in instalments with my {card}?',
    'The tax number on invoice {order} is wrong.',
    'My {card} was declined although there is enough on it.',
  ],
  followUps: [
    'Can you correct it this month?',
    'Is there a fee for that?',
    'Do you take bank transfer as well?',
  ],
};

const warranty: Topic = {
  asks: [
    'The hinge of my {material} {product} cracked after {span}.',
    'Does the warranty cover a {product} bought {when} in {city}?',
    'The {product} squeaks and wobbles since {when}.',
    'The lamp of the {product} flickers, is that a warranty case?',
    'The {color} varnish of the {product} is peeling off.',
  ],
  followUps: ['Do I need the receipt?', 'Is it repaired or replaced?', 'Who picks it up?'],
};

const assembly: Topic = {
  asks: [
    'There is a screw missing for the {product}.',
    'Step {number} of the manual for the {product} makes no sense.',
    'Do you have a drawing of how the {product} goes together?',
    'Which drill do I need to hang the {product} on a {material} wall?',
    'Can somebody in {city} assemble the {product} for me?',
  ],
  followUps: ['How heavy is it?', 'Is one person enough?', 'What does that cost?'],
};

const care: Topic = {
  asks: [
    'How do I get {stain} out of a {color} {product}?',
    'May I oil the {material} {product} with kitchen oil?',
    'Can the cover of the {product} go into the washing machine?',
    'The {material} of my {product} has faded in the sun.',
  ],
  followUps: ['And the cushions?', 'How often should I do that?', 'Is vinegar fine too?'],
};

const discount: Topic = {
  asks: [
    'The code {code} does not work for the {product}.',
    'Is there a student discount on a {product}?',
    'When is the next sale of {material} furniture?',
    'Can I combine {code} with my gift card of {amount} euros?',
  ],
  followUps: ['Until when is it valid?', 'Does it count for delivery too?', 'Can my friend use it as well?'],
};

const lock_pairing: Topic = {
  asks: [
    'The smart lock does not pair with my {phone} over bluetooth.',
    'The app cannot find the lock bridge on my {network} wifi.',
    'How do I give the cleaner a guest key in the lock app for {span}?',
    'Pairing hangs at {number} percent and the lock chirps.',
    'Geofencing opens the lock before I am at the door.',
    'Does the lock work with my voice assistant and {network} router?',
  ],
  followUps: [
    'Do I have to reset the bridge?',
    'Is the pairing code on the inside?',
    'Does it work offline?',
  ],
};

const lock_firmware: Topic = {
  asks: [
    'The firmware update of the lock fails at {number} percent with code {error}.',
    'Since update {version} the lock reboots every night.',
    'The lock is bricked after the {version} firmware, it only blinks {blink}.',
    'Update {version} turned auto-lock off and I cannot switch it on.',
    'Can I downgrade the lock from {version}? Bluetooth drops all the time.',
    'The app says error {error} while flashing the bridge firmware.',
  ],
  followUps: ['Is there a beta firmware?', 'Will I lose the guest keys?', 'Can I flash it with a cable?'],
};

const lock_battery: Topic = {
  asks: [
    'The lock battery is empty after {span} although you promise a year.',
    'The keypad of the lock is dead in the cold and blinks {blink}.',
    'Which rechargeable cells may I put into the lock?',
    'The lock motor is so slow since {when} that the app times out.',
  ],
  followUps: [
    'How do I open the door when it is flat?',
    'Does the bridge need batteries too?',
    'Is that a recall?',
  ],
};

export const topics = {
  delivery,
  refund,
  account,
  billing,
  warranty,
  assembly,
  care,
  discount,
  lock_pairing,
  lock_firmware,
  lock_battery,
} as const satisfies Record<string, Topic>;

export type TopicName = keyof typeof topics;

const list = (words: string): readonly string[] => words.split(', ');

export const slots = {
  hello: ['Hi,', 'Hello there.', 'Good morning,', 'Hey,', 'Dear team,', 'Good evening.', 'Hello again,'],
  please: [
    'Please help.',
    'Thanks!',
    'Kind regards.',
    'Please answer soon.',
    'Many thanks in advance.',
    'Cheers.',
  ],
  context: [
    'I already called twice.',
    'My {person} is waiting for it.',
    'It is a present for my {person}.',
    'I have been a customer for {span}.',
    'I am rather annoyed by now.',
    'We moved to {city} {when}.',
    'Nobody answered my mail of {when}.',
    'It is for our office in {city}.',
    'No hurry, I only want to know.',
    'Your colleague could not tell me.',
  ],
  product: list(
    'bookshelf, wardrobe, sofa, armchair, desk, dining table, bed frame, mattress, dresser, nightstand, floor lamp, rug, mirror, coat rack, bar stool, bench, cabinet, sideboard, crib, high chair, hammock, garden chair, parasol, shoe rack, office chair, standing desk, futon, ottoman, pendant lamp, curtain rail',
  ),
  color: list('white, black, oak, walnut, grey, navy, green, mustard, red, beige, turquoise, terracotta'),
  material: list('oak, pine, rattan, velvet, leather, steel, marble, glass, bamboo, linen, plywood, brick'),
  city: list(
    'Leeds, Porto, Graz, Lyon, Turin, Ghent, Malmo, Krakow, Utrecht, Bergen, Sofia, Bremen, Cork, Tartu, Brno, Seville, Basel, Tampere, Aarhus, Patras',
  ),
  when: list(
    'yesterday, last Monday, two weeks ago, on Friday, in March, before Easter, three days ago, last night, at noon, in spring, on the 3rd, the day before yesterday',
  ),
  span: list(
    'two days, a week, three months, half a year, one winter, ten minutes, two summers, a fortnight',
  ),
  damage: list('scratched, dented, in pieces, soaked, without legs, in the wrong color, stained, bent'),
  card: list('credit card, debit card, bank account, gift card, company card'),
  amount: list('12, 39, 59, 120, 249, 480, 799, 1150'),
  number: list('2, 3, 5, 7, 11, 14, 18, 23, 40, 67, 85, 99'),
  stain: list('red wine, coffee, ink, candle wax, olive oil, chocolate, mud, cat hair'),
  code: list('SPRING10, WELCOME, HOME25, FREESHIP, FRIENDS15, SUN20'),
  person: list('daughter, husband, mother, neighbour, boss, flatmate, grandfather, sister'),
  phone: list('old phone, new phone, tablet, work phone, watch'),
  network: list('guest, mesh, hidden, office, dual-band, rented'),
  version: list('2.0.1, 2.1.0, 2.1.3, 2.2.0, 3.0.0'),
  error: list('E17, E23, E40, 0x80, 504, TIMEOUT'),
  blink: list('red, amber, blue, purple, three times, without end'),
} as const satisfies Record<string, readonly string[]>;
