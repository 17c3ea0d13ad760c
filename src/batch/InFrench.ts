/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Bound on the permits of the policy batch that this batch holds at once; by default all":
    "Combien de places de la politique batch ce lot peut tenir à la fois, au plus ; toutes par défaut",
  "Events progress, and at the end result, or error with a problem document":
    "Événements progress, et à la fin result, ou error avec un document de problème",
  [
    "Each item takes 1 s and one of the server's three permits, which batches share by round robin. At most 300 " +
    "items, or 3,000 with progress as server-sent events for a request that prefers text/event-stream to JSON."
  ]: "Chaque élément prend 1 s et une des trois places du serveur entier, que les lots se partagent équitablement, " +
    "à tour de rôle. 300 éléments au plus ; 3 000 avec leur avancement en server-sent events, pour une requête qui " +
    "préfère text/event-stream au JSON.",
  "A batch of items, a few at a time": "Un lot d'éléments, quelques-uns à la fois",
  "More items, BATCH_MAX_ITEMS_STREAMED, for a request that accepts text/event-stream":
    "Davantage, BATCH_MAX_ITEMS_STREAMED, pour une requête qui accepte text/event-stream",
  "Limited concurrency, shared fairly between requests.":
    "Concurrence limitée, partagée équitablement entre les requêtes."
}
