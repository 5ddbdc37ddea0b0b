import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);

/** A font that the service ships, for machines without a Chinese font. */
interface Font {
  /** The URL path at which the API serves it. */
  readonly path: string;
  readonly file: string;
}

const fontOf = (weight: number, name: string): Font => ({
  path: `/fonts/noto-sans-sc-${weight}.ttf`,
  file: resolve(`@expo-google-fonts/noto-sans-sc/${name}`),
});

/** Noto Sans SC (SIL Open Font License) by weight: embedded in PDFs, and loaded by pages where the machine has no Chinese font. */
export const fonts = {
  400: fontOf(400, "400Regular/NotoSansSC_400Regular.ttf"),
  700: fontOf(700, "700Bold/NotoSansSC_700Bold.ttf"),
} as const;

/** Fonts for characters that Noto Sans SC lacks, tried in this order: rare characters of names (𠮷), monochrome emoji. Same licence. */
export const fallbacks = [
  {
    name: "NotoSansJP",
    normal: resolve("@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf"),
    bold: resolve("@expo-google-fonts/noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf"),
  },
  {
    name: "NotoEmoji",
    normal: resolve("@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf"),
    bold: resolve("@expo-google-fonts/noto-emoji/700Bold/NotoEmoji_700Bold.ttf"),
  },
] as const;
