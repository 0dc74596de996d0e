import { basename } from 'node:path';
import fc from 'fast-check';
import { openJournal } from '../../collector/src/journal/journal.ts';
import { encodeRecord } from '../../collector/src/journal/record.ts';
import { segmentPath } from '../../collector/src/journal/segments.ts';
import type { Position } from '../../collector/src/stores/store.ts';
import { readTexts, textRecord } from './journal.ts';
import { seededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/**
 * Segments whose bytes were changed on disk. What was not touched must be read, what was touched must not.
 */
export interface WrittenRecord {
  readonly text: string | Buffer;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface WrittenJournal {
  readonly disk: SimulatedDisk;
  readonly records: readonly WrittenRecord[];
  readonly durable: Position;
}

/** Writes a record for each text, and closes the last segment. */
export async function writeJournal(
  texts: readonly (string | Buffer)[],
  segment_bytes: number,
): Promise<WrittenJournal> {
  const disk = new SimulatedDisk(seededRandom(1));
  let now_ms = 1_000;
  const now = () => now_ms++;
  const options = { folder: 'journal', segment_bytes, journal_bytes_max: 1e9, files: disk.files(), now };
  const journal = await openJournal(options);
  const records: WrittenRecord[] = [];
  for (const text of texts) {
    await journal.append(textRecord(text));
    const { segment, offset: end } = journal.durable();
    const name = basename(segmentPath('journal', segment));
    records.push({ text, name, start: end - encodeRecord(textRecord(text)).bytes, end });
  }
  await journal.rotate();
  await journal.close();
  return { disk, records, durable: journal.durable() };
}

/** Reads it all again, on a disk that may be damaged. */
export async function readJournal({ disk, durable }: WrittenJournal) {
  return await readTexts({ folder: 'journal', durable, files: disk.files() });
}

/**
 * Random damage to random journals: flipped bits, garbage, blocks written to a wrong place, cut ends, pages the
 * disk cannot read.
 * @throws an error with the smallest journal that is read wrongly
 */
export async function damageAtRandom({ seed, runs }: { seed: number; runs: number }): Promise<void> {
  const sizes = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(arbitraryDamage, { maxLength: 4 }), async (lengths, damages) => {
      const texts = lengths.map((length, index) => `${index} SXJ2 ${'x'.repeat(length)}`);
      const written = await writeJournal(texts, 5_000);
      const intact = new Map(written.disk.names.map((name) => [name, written.disk.file(name).cached]));
      for (const damage of damages) applyDamage(written.disk, damage);
      const expected = written.records.filter((record) => isIntact(record, written.disk, intact));
      const { texts: read, damage } = await readJournal(written);
      const is_changed = [...intact].some(([name, content]) => isChanged(written.disk.file(name), content));
      const problems = [
        ...(read.join('|') === expected.map(({ text }) => text).join('|')
          ? []
          : [`Read ${read.join(', ')}.`]),
        ...(damage.records + damage.torn_tails > 0 === is_changed ? [] : [JSON.stringify(damage)]),
      ];
      if (problems.length > 0) throw new Error(problems.join('\n'));
    }),
    { seed, numRuns: runs },
  );
}

/** The segment and the place are taken as a share of what there is. */
interface Damaging {
  readonly type: 'flip' | 'overwrite' | 'append' | 'copy' | 'cut' | 'bad_page';
  readonly segment: number;
  readonly place: number;
  readonly source: number;
  readonly bytes: Uint8Array;
}

const share = fc.double({ min: 0, max: 0.999_999, noNaN: true });

const arbitraryDamage: fc.Arbitrary<Damaging> = fc.record({
  type: fc.constantFrom<Damaging['type']>('flip', 'overwrite', 'append', 'copy', 'cut', 'bad_page'),
  segment: share,
  place: share,
  source: share,
  bytes: fc.uint8Array({ minLength: 1, maxLength: 700 }),
});

function applyDamage(disk: SimulatedDisk, { type, segment, place, source, bytes }: Damaging): void {
  const names = disk.names.filter((name) => disk.file(name).cached.length > 0);
  const file = disk.file(names[Math.floor(segment * names.length)] as string);
  const content = Buffer.from(file.cached);
  const at = Math.floor(place * content.length);
  const from = Math.floor(source * content.length);
  if (type === 'bad_page') file.bad_pages.add(Math.floor(at / 4096));
  else if (type === 'append') file.cached = Buffer.concat([content, bytes]);
  else if (type === 'cut') file.cached = content.subarray(0, Math.max(1, at));
  else {
    if (type === 'flip') content.writeUInt8(content.readUInt8(at) ^ 16, at);
    else if (type === 'overwrite') content.set(bytes.subarray(0, content.length - at), at);
    else content.copy(content, at, from, from + bytes.length);
    file.cached = content;
  }
}

type DamagedFile = ReturnType<SimulatedDisk['file']>;

function isChanged(file: DamagedFile, before: Buffer): boolean {
  return file.bad_pages.size > 0 || !file.cached.equals(before);
}

function isIntact(record: WrittenRecord, disk: SimulatedDisk, before: ReadonlyMap<string, Buffer>): boolean {
  const { cached, bad_pages } = disk.file(record.name);
  const is_readable = ![...bad_pages].some(
    (page) => page * 4096 < record.end && (page + 1) * 4096 > record.start,
  );
  const original = (before.get(record.name) as Buffer).subarray(record.start, record.end);
  return is_readable && cached.subarray(record.start, record.end).equals(original);
}
