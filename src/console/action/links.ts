/** Reads the addresses of a `Link` header (RFC 8288) by their relations. */
export const linksOf = (header: string | null): ReadonlyMap<string, string> =>
  new Map(
    [...(header ?? "").matchAll(/<([^>]*)>((?:\s*;\s*[^,;<]+)*)/g)].flatMap(([, url = "", parameters = ""]) => {
      const [, relation] = /;\s*rel="?([\w-]+)"?/.exec(parameters) ?? []
      return relation === undefined ? [] : [[relation, url] as const]
    })
  )

/** Finds the id of the recording that an answer names. */
export const timelineIn = (header: string | null): string | undefined => {
  const [, id] = /^\/timelines\/([0-9a-f]{32})$/.exec(linksOf(header).get("describedby") ?? "") ?? []
  return id
}
