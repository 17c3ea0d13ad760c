/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Predictions": "Prédictions",
  "The consequences of a policy, simulated before it serves.":
    "Les conséquences d'une politique, simulées avant qu'elle serve.",
  "Simulates a scenario": "Simule un scénario",
  "Events progress with the simulated requests and their bound, then result, or error with a problem document":
    "Événements progress avec les requêtes simulées et leur borne, puis result, ou error avec un document de problème",
  [
    "Discards policies by arithmetic, simulates the others in health and in trouble, and answers the one that " +
    "holds, with its evidence. The upstream is a model, recorded times, or what this server measured. A request " +
    "that prefers text/event-stream gets progress."
  ]: "Écarte des politiques par le calcul, simule les autres en bonne santé et en panne, et répond celle qui tient, " +
    "avec ses preuves. Le service amont est un modèle, des temps enregistrés, ou ce que ce serveur a mesuré. Une " +
    "requête qui préfère text/event-stream reçoit l'avancement.",
  "Advises a policy": "Conseille une politique",
  "The gallery of lessons": "La galerie de leçons",
  [
    "Each is a scenario with variants, and claims about their runs. A variant's scenario is a body for POST " +
    "/simulations."
  ]: "Chacune est un scénario avec des variantes, et des affirmations sur leurs simulations. Le scénario d'une " +
    "variante est un corps pour POST /simulations.",
  "One lesson of the gallery": "Une leçon de la galerie",
  "Its texts, scenarios and claims.": "Ses textes, ses scénarios et ses affirmations.",
  "The luck that all variants meet; 1 by default": "Le hasard commun à toutes les variantes ; 1 par défaut",
  "Simulates a lesson": "Simule une leçon",
  [
    "Runs all its variants with the same luck, and judges its claims. A request that prefers text/event-stream " +
    "gets progress; one that prefers image/svg+xml gets a chart of the variants."
  ]: "Exécute toutes ses variantes avec le même hasard, et juge ses affirmations. Une requête qui préfère " +
    "text/event-stream reçoit l'avancement ; une qui préfère image/svg+xml, un graphique des variantes.",
  "Events progress with the requests that have ended, then result, or error with a problem document":
    "Événements progress avec le nombre de requêtes terminées, puis result, ou error avec un document de problème",
  "Goodput and attempts of all variants": "Les succès et les essais de toutes les variantes",
  "The name of a lesson of GET /scenarios": "Le nom d'une leçon de GET /scenarios",
  "Which figures to look at": "Les chiffres à regarder",
  "Why they are so": "Pourquoi ils sont ainsi",
  "What to do about it": "Que faire",
  "As POST /simulations takes it": "Tel que POST /simulations le prend",
  "The variant that is measured": "La variante mesurée",
  "The bound": "La borne",
  [
    "Runs the policy in virtual time, by the interpreter that serves, against a modelled upstream. The same " +
    "scenario and seed give the same run. A request that prefers text/event-stream gets progress, one that prefers " +
    "image/svg+xml a chart. A client that leaves stops the run."
  ]: "Exécute la politique en temps virtuel, par l'interprète même du serveur, contre un service amont modélisé. Le " +
    "même scénario et la même graine donnent la même simulation. Une requête qui préfère text/event-stream reçoit " +
    "l'avancement, une qui préfère image/svg+xml un graphique. Un client qui part arrête la simulation.",
  [
    "Events progress with the requests that have ended, and those expected or null, then result, or error with a " +
    "problem document"
  ]: "Événements progress avec le nombre de requêtes terminées, et celui qui est attendu ou null, puis result, ou " +
    "error avec un document de problème",
  "Goodput, attempts, arrivals and queue over virtual time":
    "Succès, essais, arrivées et file au cours du temps virtuel",
  "Runs with different luck; two or more give intervals of 95 %":
    "Simulations de hasards différents ; à partir de deux, les intervalles à 95 % sont donnés",
  "The number of a request, from 0, whose timeline is the answer; the scenario then runs with its own seed alone":
    "Le numéro d'une requête, à partir de 0, dont la chronologie est la réponse ; seule la graine du scénario est " +
    "alors simulée",
  "The figures, or the timeline of one request": "Les mesures, ou la chronologie d'une requête",
  "Requests that arrived after the warmup": "Requêtes arrivées après la mise en route",
  "Failed requests by reason, such as timeout or attempts exhausted":
    "Requêtes en échec par raison, comme timeout ou attempts exhausted",
  "Successes per second of virtual time": "Succès par seconde de temps virtuel",
  "From the intended arrival to the end, of all requests and of those that succeeded":
    "De l'arrivée prévue à la fin, de toutes les requêtes et de celles qui réussissent",
  "Attempts per request": "Essais par requête",
  "The share of served attempts that waited for a place": "La part des essais servis qui ont attendu une place",
  "The share of the places in use; 0 where there is no bound": "La part des places occupées ; 0 sans limite",
  "Attempts that left before the end of their service": "Essais partis avant la fin de leur service",
  "Seconds of an interval": "Secondes d'un intervalle",
  "Requests under way at the end of each interval": "Requêtes en cours à la fin de chaque intervalle",
  "Attempts that wait at the upstream at the end of each interval":
    "Essais qui attendent au service amont à la fin de chaque intervalle",
  "An element for each interval of virtual time": "Un élément pour chaque intervalle de temps virtuel",
  "Seconds of virtual time from the warmup to the end of the last request":
    "Secondes de temps virtuel, de la mise en route à la fin de la dernière requête",
  "A hash over every attempt: two runs with the same one went the same way":
    "Une empreinte de tous les essais : deux simulations de même empreinte se sont déroulées de même",
  "With several seeds, the mean and the 95 % interval of each figure, by path such as latency.all.p99":
    "Avec plusieurs graines, la moyenne et l'intervalle à 95 % de chaque mesure, par chemin comme latency.all.p99",
  "Virtual requests per second of processor time": "Requêtes virtuelles par seconde de processeur",
  "Milliseconds; all 0 where there is no sample": "Millisecondes ; 0 partout sans mesure"
}
