/** The languages of texts for people. */
export const locales = ["zh", "en"] as const;
export type Locale = (typeof locales)[number];

/** A text in every language. */
export type Text = { readonly [L in Locale]: string };

interface Range {
  readonly language: string;
  readonly weight: number;
}

/** A range of the header; one whose weight is no qvalue is passed over. */
function rangeOf(part: string): Range[] {
  const [range = "", ...parameters] = part
    .trim()
    .toLowerCase()
    .split(/\s*;\s*/u);
  const q = parameters.find((each) => each.startsWith("q="))?.slice(2) ?? "1";
  const language = range.split("-")[0] ?? "";
  return language === "" || !/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/u.test(q) ? [] : [{ language, weight: Number(q) }];
}

/**
 * The language that an `Accept-Language` header asks for (RFC 9110, 12.5.4). The one of higher weight, of two equal ones
 * the one named first; `*` stands for what is not named. `otherwise` without a header, or when it names neither. That is
 * English: an HTTP client that says nothing is a program, and browsers in the factory do say `zh`.
 */
export function localeOf(acceptLanguage: string | undefined, otherwise: Locale = "en"): Locale {
  const ranges = (acceptLanguage ?? "").split(",").flatMap(rangeOf);
  const asked = locales
    .map((locale) => {
      const named = ranges.filter(({ language }) => language === locale);
      const matching = named.length > 0 ? named : ranges.filter(({ language }) => language === "*");
      const weight = Math.max(0, ...matching.map((each) => each.weight));
      return { locale, weight, place: ranges.findIndex((each) => matching.includes(each)) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.place - b.place);
  const [first, second] = asked;
  const even = first !== undefined && second !== undefined && first.weight === second.weight && first.place === second.place;
  return first === undefined || even ? otherwise : first.locale;
}
