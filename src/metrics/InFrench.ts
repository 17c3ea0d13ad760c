/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  [
    "Text format 0.0.4: requests, event loop, pools, queues, jobs, policies, the log. With API_TOKENS set, a token " +
    "is required, as the metrics reveal much."
  ]: "Format texte 0.0.4 : requêtes, boucle d'événements, pools, files, tâches, politiques, journal. Avec " +
    "API_TOKENS il faut un jeton, car il en dit long.",
  "Metrics for Prometheus": "Mesures pour Prometheus",
  "Counters and gauges of the running server.": "Compteurs et jauges du serveur en marche."
}
