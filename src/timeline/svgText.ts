/** Width of a letter in pixels, rounded up: a picture must fit before any browser has measured its text. */
export const letter = 6.9
export const smallLetter = 6.4

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

/** Cuts a text at a width in pixels. */
export const fitted = (text: string, width: number, each: number = letter): string => {
  const most = Math.max(1, Math.floor(width / each))
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** A text that a browser shows above the pointer. */
export const title = (text: string): string => `<title>${escaped(text)}</title>`

/** Writes pixels with two decimals at most. */
export const pixels = (value: number): string => String(Number(value.toFixed(2)))
