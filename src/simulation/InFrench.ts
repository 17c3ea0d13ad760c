/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "The greatest over the scenarios": "La plus grande de tous les scénarios",
  "An upstream that is slower as its places fill": "Un service amont plus lent à mesure qu'il se remplit",
  "A cache before the upstream": "Un cache devant le service amont",
  "Requests per second": "Requêtes par seconde",
  "Places in which the upstream serves at once; absent: as many as there are attempts":
    "Places où le service amont sert à la fois ; absent : autant que d'essais",
  "The queue of the upstream itself; absent: first in, first out, without limit":
    "La file du service amont lui-même ; absente : premier arrivé, premier servi, sans limite",
  "Most attempts per request, in every scenario": "Essais par requête au plus, dans chaque scénario",
  "True if an operation may run twice": "Vrai si une opération peut s'exécuter deux fois",
  "The greatest share of healthy attempts that an attempt timeout may end":
    "La plus grande part d'essais sains qu'un délai par essai peut interrompre",
  "Absent: all of them": "Absent : tous",
  "Simulated requests at most": "Requêtes simulées au plus",
  "The share of attempts that fail while the upstream is in health":
    "La part des essais qui échouent quand le service amont va bien",
  "What becomes of an attempt for which nobody waits any more: it frees its place, or runs on (default)":
    "Ce que devient un essai que plus personne n'attend : il libère sa place (frees), ou continue (runs on, par " +
    "défaut)",
  "Attempts that failed, beside the others": "Les essais en échec, en plus des autres",
  "A file of times in milliseconds, one a line; `>5000` is one that was given up at 5,000 ms":
    "Un fichier de temps en millisecondes, un par ligne ; `>5000` a été abandonné à 5 000 ms",
  "The times that this server measured of its upstream": "Les temps que ce serveur a mesurés de son service amont",
  "The title of pictures": "Le titre des images",
  "No request arrives later; those under way end": "Aucune requête n'arrive plus tard ; celles en cours finissent",
  "Requests that arrive before are left out of the figures": "Les requêtes arrivées avant ne comptent pas",
  "Arrivals per second": "Arrivées par seconde",
  "A time in words, from 0 to 30 days": "Un temps en mots, de 0 à 30 jours",
  "Measured times in milliseconds": "Temps mesurés, en millisecondes",
  "Places in which attempts are served at once; absent: as many as there are attempts":
    "Places où des essais sont servis à la fois ; absent : autant que d'essais",
  "Attempts that may wait; beyond, an attempt fails at once. Absent: no limit":
    "Essais qui peuvent attendre ; au-delà, un essai échoue aussitôt. Absent : pas de limite",
  "What becomes of an attempt for which nobody waits any more: it frees its place at once, or runs on (default)":
    "Ce que devient un essai que plus personne n'attend : il libère sa place aussitôt (frees), ou continue (runs " +
    "on, par défaut)",
  "The share of attempts that fail, after their service": "La part des essais qui échouent, après leur service",
  "Bad times, at most 100": "Périodes de panne, 100 au plus"
}
