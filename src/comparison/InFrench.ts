/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  [
    "Each blocks the sacrificial event loop for 0.5 s, one after the other; the duration includes the wait for " +
    "that loop."
  ]: "Chacune bloque la boucle sacrifiée 0,5 s, l'une après l'autre ; la durée comprend l'attente de cette boucle.",
  "Five blocking operations": "Cinq opérations bloquantes",
  "Each sleeps for 0.5 s; all five together take 0.5 s too.": "Chacune dort 0,5 s, et les cinq ensemble aussi.",
  "Five asynchronous operations": "Cinq opérations asynchrones",
  "Seconds, two decimals": "Secondes, deux décimales",
  "The same five operations, synchronous and asynchronous, measured.":
    "Les cinq mêmes opérations, synchrones et asynchrones, mesurées."
}
