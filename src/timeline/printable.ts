/** A text on one line, without characters that command a terminal: names in a file may come from anywhere. */
export const printable = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ")
