/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Only requests, jobs or experiments": "Seulement les requêtes, les tâches ou les expériences",
  "Only requests to this path of the contract, such as /users/:user_id/posts, or runs of the job of this URL":
    "Seulement les requêtes à ce chemin du contrat, comme /users/:user_id/posts, ou les exécutions de la tâche de " +
    "cette URL",
  "Only runs that ended so, or are running": "Seulement les exécutions finies ainsi, ou en cours",
  "Only runs that took at least this long, in milliseconds":
    "Seulement les exécutions d'au moins cette durée, en millisecondes",
  "Events summary, each with a recording that began or ended":
    "Événements summary, chacun avec un enregistrement qui commence ou finit",
  [
    "Newest first, a page at a time; optionally of one kind, route or outcome, or of a least length. A request " +
    "that prefers text/event-stream to JSON gets the recordings as they begin and end."
  ]: "Les plus récentes d'abord, page par page ; au choix d'un genre, d'un chemin, d'une issue ou d'une durée " +
    "minimale. Une requête qui préfère text/event-stream au JSON reçoit les enregistrements quand ils commencent " +
    "et finissent.",
  "The recorded timelines": "Les chronologies enregistrées",
  "The trace id of the run": "L'id de trace de l'exécution",
  "The form, whatever Accept says: the timeline, its picture, Chrome Trace Event JSON, or a test that replays the run":
    "La forme, quoi que dise Accept : la chronologie, son image, du JSON Chrome Trace Event, ou un test qui rejoue " +
    "l'exécution",
  "Events timeline while the run goes on, then one event end; each has the whole timeline as JSON":
    "Événements timeline tant que l'exécution dure, puis un événement end ; chacun avec toute la chronologie en JSON",
  "The picture, in light and dark": "L'image, claire ou sombre",
  [
    "Every fiber of a run, and for every moment what it did or waited for. A request that prefers image/svg+xml " +
    "gets a picture; one that prefers text/event-stream gets the timeline while it grows, and its end."
  ]: "Chaque fibre d'une exécution et, à chaque moment, ce qu'elle faisait ou attendait. Une requête qui préfère " +
    "image/svg+xml reçoit une image ; celle qui préfère text/event-stream, la chronologie qui grandit, puis sa fin.",
  "One timeline": "Une chronologie",
  "Place in the order of beginnings, as `after` takes it": "Rang dans l'ordre des débuts, celui que prend `after`",
  "The operation, the kind of the job or the chapter of the experiment":
    "L'opération, le genre de la tâche ou le chapitre de l'expérience",
  "The operation's path, or the job's URL; null for an experiment":
    "Le chemin de l'opération, ou l'URL de la tâche ; null pour une expérience",
  "Nanoseconds; so far, while it runs": "Nanosecondes ; jusqu'ici, tant qu'elle dure",
  "Status of the answer; null before it, and for other runs":
    "Le statut de la réponse ; null avant elle, et pour les autres exécutions",
  "Fibers that were recorded": "Fibres enregistrées",
  "Nanoseconds that recording took, estimated from the cost of an event":
    "Nanosecondes prises par l'enregistrement, estimées d'après le coût d'un événement",
  "Timelines: runs of the server as they went, kept in memory.":
    "Les chronologies : ce que le serveur a exécuté, tel que ce fut, gardé en mémoire."
}
