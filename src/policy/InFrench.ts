/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "The live state of a policy": "L'état présent d'une politique",
  "Operations or attempts that may run at once; an adaptive limit moves":
    "Opérations ou tentatives qui peuvent s'exécuter à la fois ; une limite adaptative change",
  "The end of its being open": "La fin de son ouverture",
  "Times that it opened since the start": "Combien de fois il s'est ouvert depuis le démarrage",
  "Retries or copies that could be made now": "Relances ou copies qui pourraient être faites maintenant",
  "Operations that could begin now without a wait": "Opérations qui pourraient commencer maintenant sans attente",
  "A duration in words, in whole milliseconds up to 24 hours":
    "Une durée en mots, en millisecondes entières, 24 heures au plus",
  "A resilience policy: timeouts, retry or hedge, breaker, rate limit, concurrency":
    "Une politique de résilience : délais, relances ou doublage, disjoncteur, débit, concurrence"
}
