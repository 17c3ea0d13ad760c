/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  [
    "Blocks a whole event loop for 3 s: the sacrificial one in a thread of its own, not the server's. Calls queue " +
    "there."
  ]: "Bloque toute une boucle d'événements pendant 3 s : la boucle sacrifiée, dans son propre thread, jamais celle " +
    "du serveur. Les appels s'y attendent l'un l'autre.",
  "A slow operation that blocks": "Une opération lente qui bloque",
  "Sleeps for 3 s and blocks nothing: any number of concurrent calls take 3 s together.":
    "Dort 3 s et ne bloque rien : autant d'appels qu'on veut prennent 3 s en tout.",
  "A slow operation that waits": "Une opération lente qui attend",
  "Blocks the sacrificial event loop three times for 1 s.": "Bloque trois fois la boucle sacrifiée, 1 s à chaque fois.",
  "Three tasks, one after the other": "Trois tâches, l'une après l'autre",
  "Each sleeps for 1 s; all three together take 1 s too.": "Chacune dort 1 s, et les trois ensemble aussi.",
  "Three tasks at once": "Trois tâches à la fois",
  "Blocking, waiting, and the cost of the difference.": "Ce qui bloque, ce qui attend, et ce que coûte la différence."
}
