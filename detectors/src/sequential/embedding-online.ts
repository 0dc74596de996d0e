import type { Fit } from '../sketches/fit.ts';
import { leafCounts, noveltyCounts, parentCounts } from '../sketches/layout.ts';
import { bin_scores, tail_shares } from '../sketches/novelty-bins.ts';
import { betOnCounts } from './bets.ts';
import { betOnMix } from './mix-bets.ts';
import { createSequentialDetector } from './watch.ts';

const stakes = [0.03, 0.1, 0.3] as const;

/**
 * Vectors beyond this share count no more than those at it. The fit's own tail is known no farther, and where a
 * share of the vectors may do anything, the best scores are cut off (Huber, Annals of Mathematical Statistics 36,
 * 1965).
 */
const tail_share_min = 1 / 128;

/**
 * Scores of the novelty bins by tail share q, 0 to 1: -log q finds what lies a little farther out, q^-3/4 what is
 * wholly new and crowds the far tail. Each is, up to a factor, the likelihood ratio of such a law to the uniform
 * one that known vectors follow.
 */
const novelty_scores = [cutOff(bin_scores), cutOff(powerScores(0.75))];

/**
 * Has the meaning of a feature moved, window after window? Bets that more vectors lie far from everything known, and
 * that the mix of clusters goes on to differ as it began to. Whatever the encoder, the number of topics or the size of
 * the windows, the run length holds: nothing is estimated but means of the reference, and what these may be wrong by
 * follows from its size.
 */
export const embeddingOnline = createSequentialDetector<Fit>({
  name: 'embedding-online',
  bet({ fit, reference, current, tolerance }, memory) {
    const read = (counts: (sums: Float64Array, fit: Fit) => Float64Array) => ({
      reference: { counts: counts(reference.sums, fit), count: reference.count },
      current: { counts: counts(current.sums, fit), count: current.count },
      tolerance,
    });
    const novelty = read(noveltyCounts);
    const far = novelty_scores.flatMap((scores) =>
      betOnCounts(
        { ...novelty, scores },
        { tolerance, stakes, says: () => 'moved far from everything the reference holds' },
      ),
    );
    const clusters = read((sums) => parentCounts(leafCounts(sums, fit), fit));
    const mix = betOnMix({ ...clusters, says: () => 'moved to other clusters of meaning' }, memory);
    return { bets: [...far, ...mix.bets], memory: mix.memory };
  },
});

/** Mean of q^-exponent over each bin. */
function powerScores(exponent: number): readonly number[] {
  const power = 1 - exponent;
  return tail_shares.map((high, bin) => {
    const low = tail_shares[bin + 1] ?? 0;
    return (high ** power - low ** power) / (high - low) / power;
  });
}

function cutOff(scores: readonly number[]): readonly number[] {
  const last = scores[tail_shares.findIndex((share) => share <= tail_share_min)] as number;
  return scores.map((score) => Math.min(score / last, 1));
}
