/** What an online test carries from one hypothesis to the next: plain JSON. */
export interface OnlineTestState {
  readonly tested: number;
  readonly rejected: number;
}

export interface OnlineTest {
  readonly rejected: boolean;
  readonly state: OnlineTestState;
}

export const online_test_start: OnlineTestState = { tested: 0, rejected: 0 };

/**
 * Tests hypotheses one after another, without end, so that at any time a share `level` at most of those rejected so
 * far is false on average, however the e-values depend on each other. The nth hypothesis is rejected where its e is
 * at least 1 / (level · γ(n) · (rejected + 1)), with γ adding up to 1 (e-LOND: Xu and Ramdas, "Online multiple
 * testing with e-values", AISTATS 2024). Here γ(n) = 1 / (n · (n + 1)).
 */
export function testOnline({ tested, rejected }: OnlineTestState, e: number, level: number): OnlineTest {
  const n = tested + 1;
  const level_now = (level * (rejected + 1)) / (n * (n + 1));
  const is_rejected = e >= 1 / level_now;
  return { rejected: is_rejected, state: { tested: n, rejected: rejected + (is_rejected ? 1 : 0) } };
}
