export function verdictOf(
  printed: string,
): { audited: false; why: string } | { audited: true; grave: readonly string[]; others: readonly string[] };
