/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Seconds for which the loop was blocked": "Secondes pendant lesquelles la boucle n'a rien pu faire d'autre",
  "Missed heartbeats, one due every 10 ms": "Battements, attendus toutes les 10 ms, qui n'ont pas eu lieu",
  "The upstream's JSON, unchanged": "Le JSON du service amont, tel quel",
  "Rows of a page, 1 to 1000": "Lignes d'une page, de 1 à 1000",
  "The id of the last row of the page before": "L'id de la dernière ligne de la page précédente",
  "Here, or as the body's member of the same name": "Ici ou comme membre du corps de ce nom",
  [
    "One caller's requests with the same key run once; repeated ones get the first answer, with " +
    "Idempotency-Replayed. The key's quotes are optional (draft-ietf-httpapi-idempotency-key-header)"
  ]: "Les requêtes d'une même clé, d'un même client, ne s'exécutent qu'une fois : les autres reçoivent la réponse " +
    "de la première, avec Idempotency-Replayed. Ses guillemets peuvent être omis " +
    "(draft-ietf-httpapi-idempotency-key-header)",
  "The current one, if there is one": "L'actuel, s'il y en a un",
  "Id of a job, 1 to 2^53-1": "Id d'une tâche, de 1 à 2^53-1",
  "The event that Last-Event-ID names was the last, so there is no reason to reconnect":
    "Les événements ont fini par celui que nomme Last-Event-ID : il n'y a pas lieu de se reconnecter",
  "Any JSON value": "N'importe quelle valeur JSON",
  "Host, process, and what tells it from an earlier start":
    "Hôte, processus, et ce qui le distingue d'un démarrage antérieur",
  "Id of its process on that host": "Id de son processus sur cet hôte",
  "True for the server that answers": "Vrai pour le serveur qui répond",
  "Version of its build": "Version de son programme",
  "silent: signs of life are missing; gone: for so long that others have its jobs":
    "silent : des signes de vie manquent ; gone : depuis si longtemps que d'autres ont ses tâches",
  "Its last sign of life; it gives one every two seconds":
    "Son dernier signe de vie ; il en donne un toutes les deux secondes",
  "Shards of all jobs that it holds": "Parts de toutes les tâches qu'il détient",
  "Attempts that it has begun and not ended": "Essais qu'il a commencés et pas finis",
  "The oldest of these attempts, 25 at most": "Les plus anciens de ces essais, 25 au plus",
  [
    "silent: the server before gave no sign of life; stopped: it stopped in order; moved: jobs were shared out " +
    "anew"
  ]: "silent : le serveur précédent ne donnait plus signe de vie ; stopped : il s'est arrêté dans l'ordre ; moved : " +
    "les tâches ont été réparties à nouveau",
  "Last sign of life of a silent server, else the end of the last attempt there; null if unknown":
    "Dernier signe de vie d'un serveur silencieux, sinon la fin du dernier essai chez lui ; null si inconnu",
  "Milliseconds from one to the other": "Millisecondes de l'un à l'autre",
  "Time of the database at this answer": "Heure de la base de données à cette réponse",
  "Shards that the servers share out": "Parts que les serveurs se répartissent",
  "Newest first: of the last hour, 50 at most": "Les plus récents d'abord : ceux de la dernière heure, 50 au plus",
  "failed is the dead letter, which can be tried again": "failed est la lettre morte, qui peut être réessayée",
  "The input of the job": "Ce avec quoi la tâche a été demandée",
  "The reason for the failure": "Pourquoi elle a échoué",
  "Counted from 1, over all runs of the job": "Comptées depuis 1, sur toutes les exécutions de la tâche",
  "The run of the job: 1, plus one for each manual retry":
    "L'exécution de la tâche : 1, et une de plus à chaque relance à la main",
  "null during the attempt": "null tant qu'elle court",
  [
    "One of API_TOKENS (RFC 6750). Without that setting no token is required; /health/, /docs, /openapi.json and " +
    "the files of the console never require one."
  ]: "Un des API_TOKENS (RFC 6750). Sans ce réglage, aucun jeton n'est demandé ; /health/, /docs, /openapi.json et " +
    "les fichiers de la console n'en demandent jamais.",
  "With a 415: the accepted media type (RFC 9110, 15.5.16)":
    "Avec un 415 : le type de contenu accepté (RFC 9110, 15.5.16)",
  "With a 415: the accepted content coding": "Avec un 415 : le codage de contenu accepté",
  "Ranges are counted in bytes (RFC 9110, 14.3)": "Les plages se comptent en octets (RFC 9110, 14.3)",
  "The upload's name, UTF-8 in filename* (RFC 6266)": "Le nom du fichier, en UTF-8 dans filename* (RFC 6266)",
  "The language of the texts": "La langue des textes",
  "The range sent, and the size; bytes */size with a 416 (RFC 9110, 14.4)":
    "Les octets envoyés, et sur combien ; bytes */taille avec un 416 (RFC 9110, 14.4)",
  "The SHA-256 of the bytes, for If-Match, If-None-Match and If-Range":
    "Le SHA-256 des octets, pour If-Match, If-None-Match et If-Range",
  "The time of the upload, for If-Modified-Since, If-Unmodified-Since and If-Range":
    "Quand les octets ont été gardés, pour If-Modified-Since, If-Unmodified-Since et If-Range",
  "Marks a repetition of the answer to the first request with this Idempotency-Key":
    "La réponse est celle que la première requête de cette Idempotency-Key a reçue",
  "The next page, while there are more rows; the timeline of a recorded request (RFC 8288)":
    "La page suivante, tant qu'il y en a une ; la chronologie d'une requête enregistrée (RFC 8288)",
  "Milliseconds from the request's headers to the answer's. Of a recorded request also queue, run and wait (W3C)":
    "Millisecondes entre les en-têtes de la requête et ceux de la réponse. Pour une requête enregistrée, aussi " +
    "queue, run et wait (W3C)",
  "The URL of the new resource, or of its container": "Où se trouve ce qui a été créé, ou ce dont il fait partie",
  "Seconds to wait before the next try": "Secondes à attendre avant le prochain essai",
  "The supported version (RFC 6455)": "La version parlée (RFC 6455)",
  "The protocol to change to": "Le protocole à prendre",
  "How to authenticate (RFC 6750)": "Comment s'authentifier (RFC 6750)"
}
