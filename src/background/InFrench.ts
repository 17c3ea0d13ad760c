/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Seconds to wait before the job begins, up to a week":
    "Secondes à attendre avant le début de la tâche, une semaine au plus",
  "The URL at which the job can be watched and cancelled": "Où la tâche peut être suivie et annulée",
  "Answered once the job is on disk. The mail is composed by blocking the sacrificial event loop for 2 s.":
    "Répondu une fois la tâche sur le disque. Le mail est composé en bloquant la boucle sacrifiée pendant 2 s.",
  "A welcome by mail": "Un mail de bienvenue",
  "Answered once the job is on disk. The mail is composed asleep for 2 s.":
    "Répondu une fois la tâche sur le disque. Le mail est composé en dormant 2 s.",
  "A welcome by mail, asynchronously": "Un mail de bienvenue, de façon asynchrone",
  [
    "Answered once the job is on disk. The job sends a mail (2 s), creates a profile (1 s) and joins the mailing " +
    "list (0.5 s) concurrently, and retries each on its own. If one fails permanently, the others are undone."
  ]: "Répondu une fois la tâche sur le disque. Elle envoie un mail (2 s), crée un profil (1 s) et inscrit à la " +
    "liste de diffusion (0,5 s), le tout à la fois, chacun réessayé de son côté ; si l'un échoue pour de bon, les " +
    "autres sont défaits.",
  "A registration": "Une inscription",
  "Only jobs of this state": "Seulement les tâches de cet état",
  "Only jobs of this kind": "Seulement les tâches de ce genre",
  [
    "Newest first, a page at a time; optionally of one state or kind. A request that prefers text/event-stream to " +
    "JSON gets the page again after changes."
  ]: "Les plus récentes d'abord, page par page ; à volonté d'un état ou d'un genre. Une requête qui préfère " +
    "text/event-stream au JSON reçoit la page à nouveau après des changements.",
  "Events jobs, each with the page as JSON": "Événements jobs, chacun avec la page en JSON",
  "The jobs": "Les tâches",
  "Events job, each with the job as JSON": "Événements job, chacun avec la tâche en JSON",
  [
    "Lists every attempt at the job's activities. A request that prefers text/event-stream to JSON gets the job " +
    "after each change, until it has finished."
  ]: "Avec chaque tentative de ses activités. Une requête qui préfère text/event-stream au JSON la reçoit à nouveau " +
    "après chaque changement, jusqu'à sa fin.",
  "One job": "Une tâche",
  [
    "A waiting job is cancelled at once. The activities of a running job are interrupted and finished ones undone; " +
    "a sent mail remains sent."
  ]: "Celle qui attend est annulée aussitôt. De celle qui court, les activités sont interrompues et ce qui a réussi " +
    "est défait ; un mail envoyé reste envoyé.",
  "Cancels a job": "Annule une tâche",
  "Activities that succeeded and were not undone are not repeated.":
    "Les activités réussies et non défaites ne sont pas répétées.",
  "Retries a failed or cancelled job": "Réessaie une tâche échouée ou annulée",
  "Profiles that registrations created, each address once, by ascending id.":
    "Ce que les inscriptions ont créé, chaque adresse une fois ; par id croissant.",
  "The profiles": "Les profils",
  "Addresses that registrations added, each once, by ascending id.":
    "Ce à quoi les inscriptions ont inscrit, chaque adresse une fois ; par id croissant.",
  "The mailing list": "La liste de diffusion",
  "Durable background jobs.": "Gestion des tâches de background."
}
