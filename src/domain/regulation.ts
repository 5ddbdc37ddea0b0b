/** The regulation's rules, by number (`docs/regulation.md`); `H` is a house rule. */
export const regulationRules = [
  ...(["R1.1", "R1.2", "R1.3"] as const),
  ...(["R2.1", "R2.2", "R2.3"] as const),
  ...(["R3.1", "R3.2", "R3.3", "R3.4"] as const),
  ...(["R4.1", "R4.2", "R4.3"] as const),
  ...(["R5.1", "R5.2", "R5.3"] as const),
  ...(["R6.1", "R6.2", "R6.3"] as const),
  ...(["R7.1", "R7.2", "R7.3", "R7.4"] as const),
  "H",
] as const;
