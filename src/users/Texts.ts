import { line, lines } from "../domain/WrittenText.ts"

export const exampleTitle = "Un café asynchrone"
export const exampleContent = "Le barista prépare les deux cafés en parallèle."

/** A user's name. */
export const Name = line(200, "Zoé")

/** A post's title. */
export const Title = line(200, exampleTitle)

/** The text of a post. */
export const Content = lines(100_000, exampleContent)
