/** A comment of a source file, as the scanner finds it. */
export interface Comment {
  readonly text: string
  /** Offset of its first character in the file. */
  readonly start: number
}

const token = /\/\*[^]*?\*\/|\/\/.*|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[\w$]+|\s+|[^]/gy
const expression = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\\/[\n])+\/\w*/y
const templatePart = /(?:\\[^]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y

const matchAt = (pattern: RegExp, source: string, at: number): string => {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? ""
}

/** Decides by the token before a slash whether the slash divides; otherwise a regular expression begins. */
const divides = (before: string): boolean =>
  /[\w$)\]}"'`]$/.test(before) && !/^(?:return|case|typeof|in|of|yield|await|delete|void|else|do)$/.test(before)

/** Scans TypeScript for its comments. TypeScript 7 exports no scanner, and a parser would be one more dependency. */
export const commentsOf = (source: string): ReadonlyArray<Comment> => {
  const comments: Array<Comment> = []
  const templates: Array<number> = []
  let braces = 0
  let before = ""
  let at = 0
  while (at < source.length) {
    const start = at
    let piece = matchAt(token, source, at)
    if (piece === "/" && !divides(before)) piece = matchAt(expression, source, at) || piece
    if (piece === "`" || (piece === "}" && templates.at(-1) === braces)) {
      if (piece === "}") templates.pop()
      piece += matchAt(templatePart, source, at + 1)
      if (piece.endsWith("${")) templates.push(braces)
    } else if (piece === "{") braces++
    else if (piece === "}") braces--
    at += piece.length
    if (/^\/[/*]/.test(piece)) comments.push({ text: piece, start })
    else if (piece.trim() !== "") before = piece
  }
  return comments
}
