import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);

/** A font that comes with us: Chinese is readable on a machine that has no Chinese font. */
interface Font {
  /** Where the API serves it to pages. */
  readonly path: string;
  readonly file: string;
}

const fontOf = (weight: number, name: string): Font => ({
  path: `/fonts/noto-sans-sc-${weight}.ttf`,
  file: resolve(`@expo-google-fonts/noto-sans-sc/${name}`),
});

/** Noto Sans SC (SIL Open Font License) by weight, in forms as PDF and, where the reader's machine has none, as page. */
export const fonts = {
  400: fontOf(400, "400Regular/NotoSansSC_400Regular.ttf"),
  700: fontOf(700, "700Bold/NotoSansSC_700Bold.ttf"),
} as const;

/** For what Noto Sans SC has not, in this order: rare characters of names (𠮷), emoji in one colour. Same licence. */
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
