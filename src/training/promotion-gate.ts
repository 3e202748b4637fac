/** A challenger may be this much worse, as mean log error, and still replace the champion: 10 % of an error. */
const MARGIN = 0.1;

/** How champion and challenger met on the same newest hold-out (DESIGN §5.5). Errors are mean log errors, lower is better. */
export interface PromotionResult {
  readonly promoted: boolean;
  readonly challengerError: number;
  /** `null` if there was no champion of the same features. */
  readonly championError: number | null;
  readonly margin: number;
  /** One sentence for people. */
  readonly reason: string;
}

/** Decides by non-inferiority; a model without a champion is always promoted. Lists hold one log error a hold-out row, at least one. */
export function judgePromotion(
  challenger: readonly number[],
  champion: readonly number[] | null,
): PromotionResult {
  const challengerError = mean(challenger);
  if (champion === null) {
    return {
      promoted: true,
      challengerError,
      championError: null,
      margin: MARGIN,
      reason: 'No model of these features was in use.',
    };
  }
  const championError = mean(champion);
  const promoted = challengerError <= championError + MARGIN;
  const figures = `mean log error ${challengerError.toFixed(3)} against ${championError.toFixed(3)} of the model in use`;
  const reason = promoted
    ? `Not worse on the newest hold-out: ${figures}.`
    : `Worse on the newest hold-out by more than ${MARGIN}: ${figures}.`;
  return { promoted, challengerError, championError, margin: MARGIN, reason };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
