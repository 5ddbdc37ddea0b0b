import { createRequire } from "node:module";

/** A font that comes with us: Chinese is readable on a machine that has no Chinese font. */
interface Font {
  /** Where the API serves it to pages. */
  readonly path: string;
  readonly file: string;
}

const fontOf = (weight: number, name: string): Font => ({
  path: `/fonts/noto-sans-sc-${weight}.ttf`,
  file: createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans-sc/${name}`),
});

/** Noto Sans SC (SIL Open Font License) by weight, in forms as PDF and, where the reader's machine has none, as page. */
export const fonts = {
  400: fontOf(400, "400Regular/NotoSansSC_400Regular.ttf"),
  700: fontOf(700, "700Bold/NotoSansSC_700Bold.ttf"),
} as const;
