import Negotiator from "negotiator";

/** The languages of texts for people. */
export const locales = ["zh", "en"] as const;
export type Locale = (typeof locales)[number];

/** A text in every language. */
export type Text = { readonly [L in Locale]: string };

/**
 * The language that an `Accept-Language` header asks for (RFC 9110, 12.5.4). The one of higher weight, of two equal ones
 * the one named first; `*` stands for what is not named. `otherwise` without a header, or when it names neither. That is
 * English: an HTTP client that says nothing is a program, and browsers in the factory do say `zh`.
 */
export function localeOf(acceptLanguage: string | undefined, otherwise: Locale = "en"): Locale {
  const ours = otherwise === "zh" ? ["zh", "en"] : ["en", "zh"];
  const [best] = new Negotiator({ headers: { "accept-language": acceptLanguage } }).languages(ours);
  return locales.find((locale) => locale === best) ?? otherwise;
}
