/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  [
    "The upstream's JSON of /delay/2, fetched by a call that blocks a whole event loop: the sacrificial one in a " +
    "thread of its own, not the server's."
  ]: "Le JSON de /delay/2 du service amont, obtenu par un appel qui bloque toute une boucle d'événements : la " +
    "boucle sacrifiée, dans son propre thread, jamais celle du serveur.",
  "A blocking call": "Un appel bloquant",
  "The upstream's JSON of /delay/2; nothing is blocked meanwhile.":
    "Le JSON de /delay/2 du service amont ; rien n'est bloqué pendant ce temps.",
  "An asynchronous call": "Un appel asynchrone",
  [
    "The upstream's JSON of /delay/1, three times concurrently. If one call fails, the others are interrupted and " +
    "the failure is the answer."
  ]: "Le JSON de /delay/1 du service amont, trois fois en parallèle. Si un appel échoue, les autres sont " +
    "interrompus et l'échec est la réponse.",
  "Three calls at once": "Trois appels à la fois",
  [
    "Calls /delay/1, /status/500 and /delay/10 concurrently, under the policy safe-call; answers each outcome, in " +
    "this order."
  ]: "/delay/1, /status/500 et /delay/10 en parallèle, sous la politique safe-call ; l'issue de chacun, dans cet " +
    "ordre.",
  "Three calls at once, each with its own outcome": "Trois appels à la fois, chacun avec son issue",
  "The called operation": "Ce qui a été appelé",
  "Calls to the upstream: blocking, asynchronous, concurrent, and safe.":
    "Appels au service amont : bloquants, asynchrones, parallèles, et prudents."
}
