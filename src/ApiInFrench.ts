import type { Texts } from "./platform/http/openapi/Texts.ts"

/**
 * The document's texts in French, the handbook's language, by their English originals. A test finds texts without a
 * translation.
 */
export const french: Texts = {
  "Every operation of the async/await handbook, with real parts.\nEvery path answers with and without its trailing slash: `/users` and `/users/` are the same.\nHEAD works wherever GET does, and OPTIONS says what a path allows.\nParameters and members that an operation does not list are ignored; one given twice has to have one value.\nBodies are application/json in UTF-8, without a content coding.\nTexts are French; `Accept-Language: en` turns them into English.\nConditions (RFC 9110, 13) hold everywhere: a resource without an ETag matches no tag, and `*` where it is there.\nEvery failure is application/problem+json (RFC 9457): a path that is not listed here is a 404 `RouteNotFound`,\na method that its path does not list is a 405 `MethodNotAllowed` with the `Allow` header,\nand a method that HTTP does not know, or CONNECT, is a 501 `MethodNotImplemented`.":
    "Chaque opération du manuel sur async/await, avec de vraies pièces.\nChaque chemin répond avec et sans barre oblique finale : `/users` et `/users/` sont le même.\nHEAD répond partout où GET répond, et OPTIONS dit ce qu'un chemin permet.\nLes paramètres et membres qu'une opération ne liste pas sont ignorés ; donné deux fois, un paramètre doit avoir une seule valeur.\nLes corps sont du application/json en UTF-8, sans codage de contenu.\nLes textes sont en français ; `Accept-Language: en` les donne en anglais.\nLes conditions (RFC 9110, 13) valent partout : une ressource sans ETag ne répond à aucun ETag, et à `*` si elle existe.\nTout échec est un application/problem+json (RFC 9457) : un chemin absent d'ici est un 404 `RouteNotFound`,\nune méthode que son chemin ne liste pas est un 405 `MethodNotAllowed`, avec l'en-tête `Allow`,\net une méthode que HTTP ne connaît pas, ou CONNECT, est un 501 `MethodNotImplemented`.",
  "Seconds for which the loop was blocked": "Secondes pendant lesquelles la boucle n'a rien pu faire d'autre",
  "Missed heartbeats, one due every 10 ms": "Battements, attendus toutes les 10 ms, qui n'ont pas eu lieu",
  "Blocks a whole event loop for 3 s: the sacrificial one in a thread of its own, not the server's. Calls queue there.":
    "Bloque toute une boucle d'événements pendant 3 s : la boucle sacrifiée, dans son propre thread, jamais celle du serveur. Les appels s'y attendent l'un l'autre.",
  "A slow operation that blocks": "Une opération lente qui bloque",
  "Sleeps for 3 s and blocks nothing: any number of concurrent calls take 3 s together.":
    "Dort 3 s et ne bloque rien : autant d'appels qu'on veut prennent 3 s en tout.",
  "A slow operation that waits": "Une opération lente qui attend",
  "Blocks the sacrificial event loop three times for 1 s.": "Bloque trois fois la boucle sacrifiée, 1 s à chaque fois.",
  "Three tasks, one after the other": "Trois tâches, l'une après l'autre",
  "Each sleeps for 1 s; all three together take 1 s too.": "Chacune dort 1 s, et les trois ensemble aussi.",
  "Three tasks at once": "Trois tâches à la fois",
  "The upstream's JSON, unchanged": "Le JSON du service amont, tel quel",
  "The upstream's JSON of /delay/2, fetched by a call that blocks a whole event loop: the sacrificial one in a thread of its own, not the server's.":
    "Le JSON de /delay/2 du service amont, obtenu par un appel qui bloque toute une boucle d'événements : la boucle sacrifiée, dans son propre thread, jamais celle du serveur.",
  "A blocking call": "Un appel bloquant",
  "The upstream's JSON of /delay/2; nothing is blocked meanwhile.":
    "Le JSON de /delay/2 du service amont ; rien n'est bloqué pendant ce temps.",
  "An asynchronous call": "Un appel asynchrone",
  "The upstream's JSON of /delay/1, three times concurrently. If one call fails, the others are interrupted and the failure is the answer.":
    "Le JSON de /delay/1 du service amont, trois fois en parallèle. Si un appel échoue, les autres sont interrompus et l'échec est la réponse.",
  "Three calls at once": "Trois appels à la fois",
  "Calls /delay/1, /status/500 and /delay/10 concurrently, under the policy safe-call; answers each outcome, in this order.":
    "/delay/1, /status/500 et /delay/10 en parallèle, sous la politique safe-call ; l'issue de chacun, dans cet ordre.",
  "Three calls at once, each with its own outcome": "Trois appels à la fois, chacun avec son issue",
  "Rows of a page, 1 to 1000": "Lignes d'une page, de 1 à 1000",
  "The id of the last row of the page before": "L'id de la dernière ligne de la page précédente",
  "Ascending id, a page at a time; the Link header leads to the next one.":
    "Par id croissant, page par page ; l'en-tête Link mène à la suivante.",
  "The users": "Les utilisateurs",
  "1 to 200 characters after trimming, without control characters":
    "De 1 à 200 caractères sans les espaces autour, sans caractères de contrôle",
  "An e-mail address": "Une adresse e-mail",
  "Here, or as the body's member of the same name": "Ici ou comme membre du corps de ce nom",
  "One caller's requests with the same key run once; repeated ones get the first answer, with Idempotency-Replayed. The key's quotes are optional (draft-ietf-httpapi-idempotency-key-header)":
    "Les requêtes d'une même clé, d'un même client, ne s'exécutent qu'une fois : les autres reçoivent la réponse de la première, avec Idempotency-Replayed. Ses guillemets peuvent être omis (draft-ietf-httpapi-idempotency-key-header)",
  "Name and e-mail from the query or a JSON object.": "Nom et e-mail, dans l'URL ou dans un objet JSON.",
  "A new user": "Un nouvel utilisateur",
  "Id of a user, 1 to 2^53-1": "Id d'un utilisateur, de 1 à 2^53-1",
  "Three queries, concurrent if the database allows; at most the newest 1,000 posts.":
    "Trois requêtes, à la fois autant que la base le permet ; les 1 000 articles les plus récents au plus.",
  "A user with posts and followers": "Un utilisateur, ses articles et ses abonnés",
  "Ascending id, a page at a time.": "Par id croissant, page par page.",
  "A user's posts": "Les articles d'un utilisateur",
  "1 to 100,000 characters, not only spaces": "De 1 à 100 000 caractères, pas seulement des espaces",
  "Title of 1 to 200 characters, content of 1 to 100,000.": "Titre de 1 à 200 caractères, contenu de 1 à 100 000.",
  "A new post": "Un nouvel article",
  "Id of a post, 1 to 2^53-1": "Id d'un article, de 1 à 2^53-1",
  "404 if that user has no such post.": "404 si cet utilisateur n'a pas cet article.",
  "One post": "Un article",
  "Deletes a post": "Supprime un article",
  "The current one, if there is one": "L'actuel, s'il y en a un",
  "Idempotent; following oneself is a 422. If-None-Match: * demands that the follower is new.":
    "Idempotent ; se suivre soi-même est un 422. Avec If-None-Match: *, seulement qui ne suit pas encore.",
  "Follows a user": "Suit un utilisateur",
  "Idempotent: 204 even if there is nothing to remove. If-Match: * demands that the follower exists.":
    "Idempotent : 204 aussi s'il n'y a rien à retirer. Avec If-Match: *, seulement qui suit bien.",
  "Unfollows a user": "Cesse de suivre un utilisateur",
  "Written by blocking file calls on the sacrificial event loop.":
    "Écrit par des appels de fichiers bloquants sur la boucle sacrifiée.",
  "One file, synchronously": "Un fichier, de façon synchrone",
  "Streamed to disk with constant memory; answered once it is durable.":
    "Écrit sur le disque au fil de l'eau, à mémoire constante ; répondu une fois durable.",
  "One file, asynchronously": "Un fichier, de façon asynchrone",
  "Answered in the order sent; either all files are kept or none.":
    "Répondu dans l'ordre d'envoi ; tous sont gardés, ou aucun.",
  "Several files": "Plusieurs fichiers",
  "The uploads": "Les fichiers déposés",
  "Id of an upload, 1 to 2^53-1": "Id d'un fichier déposé, de 1 à 2^53-1",
  "Always an attachment, in the media type of the upload. The ETag is the SHA-256. Supports If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, Range with one range, and If-Range.":
    "Toujours en pièce jointe, du type de contenu de son dépôt. L'ETag est le SHA-256. Sont compris If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, Range d'une seule plage et If-Range.",
  "One upload's bytes": "Les octets d'un fichier déposé",
  "A download in flight still gets the whole file. Supports If-Match, If-Unmodified-Since and If-None-Match.":
    "Un téléchargement en cours le reçoit encore en entier. If-Match, If-Unmodified-Since et If-None-Match sont compris.",
  "Deletes an upload": "Supprime un fichier déposé",
  "The trace id of the upload's traceparent": "L'id de trace du traceparent de l'envoi",
  "Bytes on the disk so far": "Octets sur le disque jusqu'ici",
  "An upload in flight": "Un envoi en cours",
  "Known by the trace id of the traceparent that was sent with the upload; without one it is not listed.":
    "Connu par l'id de trace du traceparent envoyé avec le fichier ; sans lui, l'envoi n'est pas connu.",
  "Pauses an upload in flight": "Met en pause un envoi en cours",
  "Idempotent. The server stops writing, and its client stops sending once the buffers between them are full. The limits on silence and on the duration of a request still hold.":
    "Idempotent. Le serveur cesse d'écrire, et le client cesse d'envoyer une fois pleins les tampons entre eux. Les limites de silence et de durée d'une requête tiennent toujours.",
  "Resumes a paused upload": "Reprend un envoi en pause",
  "Idempotent: 200 even if it is not paused.": "Idempotent : 200 aussi s'il n'est pas en pause.",
  "Id that the chat client chooses, 1 to 2^53-1": "Id qu'un client du chat se donne, de 1 à 2^53-1",
  "Switching Protocols: a websocket": "Switching Protocols : un websocket",
  "A WebSocket handshake (RFC 6455); a plain GET is a 426. Without a subprotocol: every text sent is processed for 0.1 s and goes\nto everyone, the sender too, as `Client {id}: {TEXT IN UPPER CASE}`; the others see `Client {id} left the chat`.\nWith the subprotocol `barista.v1+json`: send `{\"kind\":\"message\",\"text\"}` or `{\"kind\":\"personal\",\"to\",\"text\"}`;\nreceive `{\"id\",\"kind\",\"client_id\",\"to\"?,\"text\"?,\"time\"}` of kind `message`, `personal`, `joined` or `left`, and\n`{\"kind\":\"error\",\"detail\",\"errors\"}` for a message that was refused. A personal message goes to every socket of that\nclient id and, as a copy, to those of the sender; plain clients read it as `Client {id} to client {to}: {TEXT}`.\nA page cannot send the Authorization header: where tokens are required it offers the subprotocol\n`barista.token.` followed by the token in base64url, beside `barista.v1+json` or `barista.v1+text` (plain texts).\nOne client id may be connected several times. Close codes: 1001 stopping, 1003 binary message, 1007 invalid UTF-8,\n1009 message too large, 1013 too slow to read.":
    "Une poignée de main WebSocket (RFC 6455) ; un simple GET est un 426. Sans sous-protocole : chaque texte envoyé est traité pendant 0,1 s et va\nà tous, à son auteur aussi, comme `Client {id}: {TEXTE EN MAJUSCULES}` ; les autres voient `Client {id} left the chat`.\nAvec le sous-protocole `barista.v1+json` : envoyer `{\"kind\":\"message\",\"text\"}` ou `{\"kind\":\"personal\",\"to\",\"text\"}` ;\nrecevoir `{\"id\",\"kind\",\"client_id\",\"to\"?,\"text\"?,\"time\"}` de genre `message`, `personal`, `joined` ou `left`, et\n`{\"kind\":\"error\",\"detail\",\"errors\"}` pour un message refusé. Un message personnel va à chaque connexion de ce client\net, en copie, à celles de son auteur ; les clients sans sous-protocole le lisent comme `Client {id} to client {to}: {TEXTE}`.\nUne page ne peut pas envoyer l'en-tête Authorization : si des jetons sont exigés, elle propose le sous-protocole\n`barista.token.` suivi du jeton en base64url, à côté de `barista.v1+json` ou de `barista.v1+text` (textes simples).\nUn client peut être connecté plusieurs fois. Codes de fermeture : 1001 arrêt, 1003 message binaire, 1007 UTF-8 invalide,\n1009 message trop long, 1013 lecture trop lente.",
  "The chat, a websocket": "Le chat, un websocket",
  "Seconds to wait before the job begins, up to a week":
    "Secondes à attendre avant le début de la tâche, une semaine au plus",
  "The URL at which the job can be watched and cancelled": "Où la tâche peut être suivie et annulée",
  "Answered once the job is on disk. The mail is composed by blocking the sacrificial event loop for 2 s.":
    "Répondu une fois la tâche sur le disque. Le mail est composé en bloquant la boucle sacrifiée pendant 2 s.",
  "A welcome by mail": "Un mail de bienvenue",
  "Answered once the job is on disk. The mail is composed asleep for 2 s.":
    "Répondu une fois la tâche sur le disque. Le mail est composé en dormant 2 s.",
  "A welcome by mail, asynchronously": "Un mail de bienvenue, de façon asynchrone",
  "Answered once the job is on disk. The job sends a mail (2 s), creates a profile (1 s) and joins the mailing list (0.5 s) concurrently, and retries each on its own. If one fails permanently, the others are undone.":
    "Répondu une fois la tâche sur le disque. Elle envoie un mail (2 s), crée un profil (1 s) et inscrit à la liste de diffusion (0,5 s), le tout à la fois, chacun réessayé de son côté ; si l'un échoue pour de bon, les autres sont défaits.",
  "A registration": "Une inscription",
  "Only jobs of this state": "Seulement les tâches de cet état",
  "Only jobs of this kind": "Seulement les tâches de ce genre",
  "Newest first, a page at a time; optionally of one state or kind. A request that prefers text/event-stream to JSON gets the page again after changes.":
    "Les plus récentes d'abord, page par page ; à volonté d'un état ou d'un genre. Une requête qui préfère text/event-stream au JSON reçoit la page à nouveau après des changements.",
  "Events jobs, each with the page as JSON": "Événements jobs, chacun avec la page en JSON",
  "The jobs": "Les tâches",
  "Id of a job, 1 to 2^53-1": "Id d'une tâche, de 1 à 2^53-1",
  "Events job, each with the job as JSON": "Événements job, chacun avec la tâche en JSON",
  "The event that Last-Event-ID names was the last, so there is no reason to reconnect":
    "Les événements ont fini par celui que nomme Last-Event-ID : il n'y a pas lieu de se reconnecter",
  "Lists every attempt at the job's activities. A request that prefers text/event-stream to JSON gets the job after each change, until it has finished.":
    "Avec chaque tentative de ses activités. Une requête qui préfère text/event-stream au JSON la reçoit à nouveau après chaque changement, jusqu'à sa fin.",
  "One job": "Une tâche",
  "A waiting job is cancelled at once. The activities of a running job are interrupted and finished ones undone; a sent mail remains sent.":
    "Celle qui attend est annulée aussitôt. De celle qui court, les activités sont interrompues et ce qui a réussi est défait ; un mail envoyé reste envoyé.",
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
  "The attempt that shall succeed, 1 to 20; by default none":
    "La tentative qui doit réussir, de 1 à 20 ; aucune par défaut",
  "Calls the upstream's /status/500 under the policy unreliable. With succeed_on=N, attempt N calls /get instead, and its JSON is the answer.":
    "Appelle /status/500 du service amont sous la politique unreliable. Avec succeed_on=N, la tentative N appelle /get à la place, et son JSON est la réponse.",
  "A call that is retried": "Un appel qui est réessayé",
  "Seconds, 1 to 30; by default the timeout of the policy slow-operation":
    "Secondes, de 1 à 30 ; celles de la politique slow-operation par défaut",
  "An operation of 10 s under the policy slow-operation: interrupted at the timeout, unless that is longer.":
    "Une opération de 10 s sous la politique slow-operation : interrompue à l'échéance, sauf si celle-ci est plus longue.",
  "An operation with a timeout": "Une opération avec un délai maximal",
  "Every named policy, in the form that the configuration takes, and its state now: permits, breaker, budget, rate.":
    "Chaque politique nommée, telle qu'elle peut être donnée à la configuration, et son état : permis, disjoncteur, budget, débit.",
  "The policies in force": "Les politiques en vigueur",
  "The live state of a policy": "L'état présent d'une politique",
  "Operations or attempts that may run at once; an adaptive limit moves":
    "Opérations ou tentatives qui peuvent s'exécuter à la fois ; une limite adaptative change",
  "The end of its being open": "La fin de son ouverture",
  "Times that it opened since the start": "Combien de fois il s'est ouvert depuis le démarrage",
  "Retries or copies that could be made now": "Relances ou copies qui pourraient être faites maintenant",
  "Operations that could begin now without a wait": "Opérations qui pourraient commencer maintenant sans attente",
  "Bound on the permits of the policy batch that this batch holds at once; by default all":
    "Combien de places de la politique batch ce lot peut tenir à la fois, au plus ; toutes par défaut",
  "Events progress, and at the end result, or error with a problem document":
    "Événements progress, et à la fin result, ou error avec un document de problème",
  "Each item takes 1 s and one of the server's three permits, which batches share by round robin. At most 300 items, or 3,000 with progress as server-sent events for a request that prefers text/event-stream to JSON.":
    "Chaque élément prend 1 s et une des trois places du serveur entier, que les lots se partagent équitablement, à tour de rôle. 300 éléments au plus ; 3 000 avec leur avancement en server-sent events, pour une requête qui préfère text/event-stream au JSON.",
  "A batch of items, a few at a time": "Un lot d'éléments, quelques-uns à la fois",
  "More items, BATCH_MAX_ITEMS_STREAMED, for a request that accepts text/event-stream":
    "Davantage, BATCH_MAX_ITEMS_STREAMED, pour une requête qui accepte text/event-stream",
  "0.01 to 1000000000.00, at most two decimals": "De 0.01 à 1000000000.00, deux décimales au plus",
  "1 to 2^53-1": "De 1 à 2^53-1",
  "The amount in cents": "Le montant en centimes",
  "One immediate transaction: both entries are written, or none.":
    "Une seule transaction immédiate : les deux écritures sont faites, ou aucune.",
  "Moves money between two users": "Transfère de l'argent entre deux utilisateurs",
  "The balance as a decimal text and in cents.": "Le solde en texte décimal et en centimes.",
  "An account": "Un compte",
  "Newest first, a page at a time.": "Les plus récents d'abord, page par page.",
  "The ledger of an account": "Le grand livre d'un compte",
  "A double entry too: the outside account pays the user.":
    "Une écriture double aussi : le compte extérieur donne ce que l'utilisateur reçoit.",
  "Money from outside": "De l'argent de l'extérieur",
  "Answers after 1 s; the log line is written after the answer is sent and never delays it.":
    "Répond après 1 s ; la ligne du journal est écrite une fois la réponse partie et ne la retarde jamais.",
  "An operation whose duration is logged after the answer":
    "Une opération dont la durée est journalisée après la réponse",
  "Answers after 0.5 s; success, failure and interruption are all logged.":
    "Répond après 0,5 s ; succès, échec et interruption sont tous journalisés.",
  "An operation whose duration is logged whatever its outcome":
    "Une opération dont la durée est journalisée quelle que soit son issue",
  "The process answers; restart it if it does not.": "Le processus répond ; le redémarrer s'il ne répond pas.",
  "Alive": "En vie",
  "Requests are accepted; 503 with the reason while starting and stopping.":
    "Les requêtes sont prises ; 503 avec la raison pendant le démarrage et l'arrêt.",
  "Ready": "Prêt",
  "Their number": "Leur nombre",
  "The part of data.txt that was read": "Ce qui a été lu de data.txt",
  "The upstream's JSON of /get, the number of users, and the file data.txt, concurrently. If one part fails, the others are interrupted.":
    "Le JSON de /get du service amont, le nombre d'utilisateurs et le fichier data.txt, en parallèle. Si une partie échoue, les autres sont interrompues.",
  "A good use of async": "Ce à quoi async sert",
  "Bound of the sum of i² over whole i below n, 1 to 1000000000; by default 1000000. 1000000000 takes seconds":
    "La somme de i² pour chaque entier i inférieur à n, de 1 à 1000000000 ; 1000000 par défaut. 1000000000 prend des secondes",
  "Exact in every digit, beyond 2^53 too": "Exact : chaque chiffre compte, au-delà de 2^53 aussi",
  "A sum computed on an event loop, which is blocked meanwhile: the sacrificial one in a thread of its own, not the server's.":
    "Une somme calculée sur une boucle d'événements, qui ne fait rien d'autre pendant ce temps : la boucle sacrifiée, dans son propre thread, jamais celle du serveur.",
  "A bad use of async": "Ce à quoi async n'aide pas",
  "The same sum on a pool of worker threads. A request that is aborted stops its computation.":
    "La même somme sur un groupe de threads. Une requête abandonnée arrête son calcul.",
  "A computation beside the event loop": "Un calcul à côté de la boucle d'événements",
  "All run concurrently to their end; one failure neither stops the others nor fails the request.":
    "Toutes courent à la fois et jusqu'au bout ; l'échec de l'une n'arrête pas les autres et ne fait pas échouer la requête.",
  "Five tasks, of which one fails": "Cinq tâches, dont une échoue",
  "Each blocks the sacrificial event loop for 0.5 s, one after the other; the duration includes the wait for that loop.":
    "Chacune bloque la boucle sacrifiée 0,5 s, l'une après l'autre ; la durée comprend l'attente de cette boucle.",
  "Five blocking operations": "Cinq opérations bloquantes",
  "Each sleeps for 0.5 s; all five together take 0.5 s too.": "Chacune dort 0,5 s, et les cinq ensemble aussi.",
  "Five asynchronous operations": "Cinq opérations asynchrones",
  "Newest first, a page at a time. With `SMTP_URL` set, mails go to that server, and the list keeps only earlier ones.":
    "Les plus récents d'abord, page par page. Si `SMTP_URL` est défini, les mails vont à ce serveur et non ici : la liste a alors ceux d'avant.",
  "The mails of the embedded outbox": "Les mails de la boîte d'envoi intégrée",
  "URI reference that names the kind of problem": "Référence d'URI qui nomme le genre de problème",
  "The kind of problem, in a few words": "Le genre de problème, en quelques mots",
  "The HTTP status": "Le statut HTTP",
  "The cause of this problem, and the expected input": "Ce qui n'a pas été cette fois, et ce qui serait juste",
  "The requested path": "Le chemin demandé",
  "The trace whose log lines have the details": "La trace sous laquelle le journal en dit plus",
  "an integer": "Un entier",
  "a string": "Une chaîne",
  "Text format 0.0.4: requests, event loop, pools, queues, jobs, policies, the log. With API_TOKENS set, a token is required, as the metrics reveal much.":
    "Format texte 0.0.4 : requêtes, boucle d'événements, pools, files, tâches, politiques, journal. Avec API_TOKENS il faut un jeton, car il en dit long.",
  "Metrics for Prometheus": "Mesures pour Prometheus",
  "Counters and gauges of the running server.": "Compteurs et jauges du serveur en marche.",
  "The called operation": "Ce qui a été appelé",
  "Any JSON value": "N'importe quelle valeur JSON",
  "As the client sent it": "Tel que le client l'a écrit",
  "Bytes": "Octets",
  "SHA-256 of the file's bytes, in lower-case hexadecimal": "Des octets du fichier, en hexadécimal minuscule",
  "The URL at which the file can be downloaded and deleted": "Où le fichier peut être téléchargé et supprimé",
  "RFC 3339, in UTC": "RFC 3339, en UTC",
  "failed is the dead letter, which can be tried again": "failed est la lettre morte, qui peut être réessayée",
  "The input of the job": "Ce avec quoi la tâche a été demandée",
  "The reason for the failure": "Pourquoi elle a échoué",
  "Counted from 1, over all runs of the job": "Comptées depuis 1, sur toutes les exécutions de la tâche",
  "The run of the job: 1, plus one for each manual retry":
    "L'exécution de la tâche : 1, et une de plus à chaque relance à la main",
  "null during the attempt": "null tant qu'elle court",
  "Seconds": "Secondes",
  "A duration in words, in whole milliseconds up to 24 hours":
    "Une durée en mots, en millisecondes entières, 24 heures au plus",
  "A resilience policy: timeouts, retry or hedge, breaker, rate limit, concurrency":
    "Une politique de résilience : délais, relances ou doublage, disjoncteur, débit, concurrence",
  "Id of the user who is paid": "Id de l'utilisateur payé",
  "Decimal, two places": "Décimal, deux décimales",
  "The balance in cents": "Le solde en centimes",
  "Decimal; negative if money left the account": "Décimal ; négatif si l'argent a quitté le compte",
  "The balance after this entry": "Le solde après cette écriture",
  "The other user; null for the outside account": "L'autre utilisateur ; null pour le compte extérieur",
  "Successes and errors together": "Succès et erreurs ensemble",
  "Seconds, two decimals": "Secondes, deux décimales",
  "The job that sent the mail": "La tâche qui l'a envoyé",
  "The mail's Message-Id, unique to it": "Son Message-Id : deux mails n'ont jamais le même",
  "One of API_TOKENS (RFC 6750). Without that setting no token is required; /health/, /docs, /openapi.json and the files of the console never require one.":
    "Un des API_TOKENS (RFC 6750). Sans ce réglage, aucun jeton n'est demandé ; /health/, /docs, /openapi.json et les fichiers de la console n'en demandent jamais.",
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
    "Millisecondes entre les en-têtes de la requête et ceux de la réponse. Pour une requête enregistrée, aussi queue, run et wait (W3C)",
  "The URL of the new resource, or of its container": "Où se trouve ce qui a été créé, ou ce dont il fait partie",
  "Seconds to wait before the next try": "Secondes à attendre avant le prochain essai",
  "The supported version (RFC 6455)": "La version parlée (RFC 6455)",
  "The protocol to change to": "Le protocole à prendre",
  "How to authenticate (RFC 6750)": "Comment s'authentifier (RFC 6750)",
  "Blocking, waiting, and the cost of the difference.": "Ce qui bloque, ce qui attend, et ce que coûte la différence.",
  "Calls to the upstream: blocking, asynchronous, concurrent, and safe.":
    "Appels au service amont : bloquants, asynchrones, parallèles, et prudents.",
  "Users, their posts and their followers in a database.":
    "Base de données asynchrone : les utilisateurs, leurs articles et leurs abonnés.",
  "Files in forms, streamed to disk.": "Upload et traitement de fichiers.",
  "Durable background jobs.": "Gestion des tâches de background.",
  "The mails that background jobs send.": "Gestion des tâches de background : les mails envoyés.",
  "Retries, timeouts, and their policies.": "Relances, délais, et les politiques qui en disent la mesure.",
  "Limited concurrency, shared fairly between requests.":
    "Concurrence limitée, partagée équitablement entre les requêtes.",
  "Money on a double-entry ledger.":
    "Context managers asynchrones : l'argent, dans un grand livre à écritures doubles.",
  "Durations in the log, in spans and in metrics; health.":
    "Durées dans le journal, les spans et les métriques ; santé.",
  "Work that belongs on an event loop, and work that does not.":
    "Ce qui a sa place sur une boucle d'événements, et ce qui ne l'a pas.",
  "Failures as values beside the successes.": "Les échecs comme valeurs, à côté des succès.",
  "The same five operations, synchronous and asynchronous, measured.":
    "Les cinq mêmes opérations, synchrones et asynchrones, mesurées.",
  "Only requests, jobs or experiments": "Seulement les requêtes, les tâches ou les expériences",
  "Only requests to this path of the contract, such as /users/:user_id/posts, or runs of the job of this URL":
    "Seulement les requêtes à ce chemin du contrat, comme /users/:user_id/posts, ou les exécutions de la tâche de cette URL",
  "Only runs that ended so, or are running": "Seulement les exécutions finies ainsi, ou en cours",
  "Only runs that took at least this long, in milliseconds":
    "Seulement les exécutions d'au moins cette durée, en millisecondes",
  "Events summary, each with a recording that began or ended":
    "Événements summary, chacun avec un enregistrement qui commence ou finit",
  "Newest first, a page at a time; optionally of one kind, route or outcome, or of a least length. A request that prefers text/event-stream to JSON gets the recordings as they begin and end.":
    "Les plus récentes d'abord, page par page ; au choix d'un genre, d'un chemin, d'une issue ou d'une durée minimale. Une requête qui préfère text/event-stream au JSON reçoit les enregistrements quand ils commencent et finissent.",
  "The recorded timelines": "Les chronologies enregistrées",
  "The trace id of the run": "L'id de trace de l'exécution",
  "The form, whatever Accept says: the timeline, its picture, Chrome Trace Event JSON, or a test that replays the run":
    "La forme, quoi que dise Accept : la chronologie, son image, du JSON Chrome Trace Event, ou un test qui rejoue l'exécution",
  "Events timeline while the run goes on, then one event end; each has the whole timeline as JSON":
    "Événements timeline tant que l'exécution dure, puis un événement end ; chacun avec toute la chronologie en JSON",
  "The picture, in light and dark": "L'image, claire ou sombre",
  "Every fiber of a run, and for every moment what it did or waited for. A request that prefers image/svg+xml gets a picture; one that prefers text/event-stream gets the timeline while it grows, and its end.":
    "Chaque fibre d'une exécution et, à chaque moment, ce qu'elle faisait ou attendait. Une requête qui préfère image/svg+xml reçoit une image ; celle qui préfère text/event-stream, la chronologie qui grandit, puis sa fin.",
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
  "a non-negative number": "un nombre positif ou nul",
  "Timelines: runs of the server as they went, kept in memory.":
    "Les chronologies : ce que le serveur a exécuté, tel que ce fut, gardé en mémoire.",
  "The id of the experiment, its trace and its timeline: 32 hexadecimal digits":
    "L'id de l'expérience, de sa trace et de sa chronologie : 32 chiffres hexadécimaux",
  "Such as ms or %; empty for a count": "Par exemple ms ou % ; vide pour un nombre",
  "A whole number, or for the knob policy an object as the POLICY_ variables take it":
    "Un nombre entier ou, pour le réglage policy, un objet comme dans les variables POLICY_",
  "The file of the product that runs, from the root of the repository":
    "Le fichier du produit qui s'exécute, depuis la racine du dépôt",
  "The heading of the handbook that teaches it": "Le titre du manuel qui l'enseigne",
  "Values of the chapter's knobs; those that are left out keep their defaults":
    "Valeurs des réglages du chapitre ; ceux qui manquent gardent leur valeur par défaut",
  "The values of all knobs of the chapter": "Les valeurs de tous les réglages du chapitre",
  "The URL of the recording, which grows while the experiment runs":
    "L'URL de l'enregistrement, qui grandit tant que l'expérience court",
  "Time from the first to the last moment of the recording": "Durée du premier au dernier instant de l'enregistrement",
  "Time until the last caller had its answer; shorter than the whole if work goes on after it":
    "Durée jusqu'à la dernière réponse ; plus courte que le tout si du travail suit la réponse",
  "The most work in flight at once, as recorded": "Le plus de travail en cours à la fois, d'après l'enregistrement",
  "The others, so far, have left no result": "Les autres n'ont pas de résultat, ou pas encore",
  "The longest delay of the server's event loop meanwhile":
    "Le plus long retard de la boucle du serveur pendant ce temps",
  "The longest time for which the experiment's sacrificial event loop was blocked; null without one":
    "La plus longue durée pendant laquelle la boucle sacrifiée de l'expérience a été bloquée ; null sans elle",
  "Calls as the experiment's upstream counted them; null without one":
    "Les appels que le service amont de l'expérience a comptés ; null sans lui",
  "Commits of the experiment's database; null without one": "Les commits de la base de l'expérience ; null sans elle",
  "The kind of the failure that ended it": "Le genre de l'échec qui l'a terminée",
  "Each runs a wrong and a right way by the product's own services, and takes some knobs.":
    "Chacun exécute une mauvaise et une bonne manière par les services mêmes du produit, et prend des réglages.",
  "The chapters of the Lab": "Les chapitres du laboratoire",
  "Answered once it runs, and is recorded. It works with threads, an upstream and a database of its own, which go when it ends. A few run at once, each for 30 s at most.":
    "La réponse vient quand elle court et s'enregistre. Elle a ses propres threads, son service amont et sa base, qui disparaissent à sa fin. Quelques-unes courent à la fois, chacune 30 s au plus.",
  "True if POST /experiments/predictions predicts it: its work depends on the clock alone":
    "Vrai si POST /experiments/predictions le prédit : son travail ne dépend que de l'horloge",
  "Runs the same program in virtual time, with a modelled upstream and a modelled sacrificial loop, and answers its timeline within milliseconds. Only chapters that are predictable have one.":
    "Exécute le même programme en temps virtuel, avec un service amont et une boucle sacrifiée modélisés, et répond sa chronologie en quelques millisecondes. Seuls les chapitres prédictibles en ont une.",
  "Predicts an experiment": "Prédit une expérience",
  "Starts an experiment": "Lance une expérience",
  "Its state and its figures, measured so far or to its end.":
    "Son état et ses chiffres, mesurés jusqu'ici ou jusqu'à sa fin.",
  "One experiment": "Une expérience",
  "Interrupts all its fibers, whose finalizers still run. The figures stay. An experiment that has ended stays so.":
    "Interrompt toutes ses fibres, dont les finaliseurs s'exécutent encore. Les chiffres restent. Une expérience terminée le reste.",
  "Stops an experiment": "Arrête une expérience",
  "The fiber's number in the timeline": "Le numéro de la fibre dans la chronologie",
  "Interrupts one fiber of an experiment with its children. A protected part still runs to its end, and finalizers run; the timeline shows when the interruption was asked for, honoured and cleaned up.":
    "Interrompt une fibre d'une expérience, et ses enfants. Une partie protégée va encore jusqu'au bout, et les finaliseurs s'exécutent ; la chronologie montre quand l'interruption a été demandée, suivie et nettoyée.",
  "Pulls the plug of a fiber": "Débranche une fibre",
  "Lessons of the handbook as experiments: run, recorded and measured.":
    "Les leçons du manuel en expériences : exécutées, enregistrées, mesurées.",
  "Predictions": "Prédictions",
  "The consequences of a policy, simulated before it serves.":
    "Les conséquences d'une politique, simulées avant qu'elle serve.",
  "Simulates a scenario": "Simule un scénario",
  "The greatest over the scenarios": "La plus grande de tous les scénarios",
  "Events progress with the simulated requests and their bound, then result, or error with a problem document":
    "Événements progress avec les requêtes simulées et leur borne, puis result, ou error avec un document de problème",
  "Discards policies by arithmetic, simulates the others in health and in trouble, and answers the one that holds, with its evidence. The upstream is a model, recorded times, or what this server measured. A request that prefers text/event-stream gets progress.":
    "Écarte des politiques par le calcul, simule les autres en bonne santé et en panne, et répond celle qui tient, avec ses preuves. Le service amont est un modèle, des temps enregistrés, ou ce que ce serveur a mesuré. Une requête qui préfère text/event-stream reçoit l'avancement.",
  "Advises a policy": "Conseille une politique",
  "An upstream that is slower as its places fill": "Un service amont plus lent à mesure qu'il se remplit",
  "A cache before the upstream": "Un cache devant le service amont",
  "a string at most 200 character(s) long": "une chaîne de 200 caractères au plus",
  "an array of at most 1000000 item(s)": "un tableau de 1 000 000 d'éléments au plus",
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
    "Ce que devient un essai que plus personne n'attend : il libère sa place (frees), ou continue (runs on, par défaut)",
  "Attempts that failed, beside the others": "Les essais en échec, en plus des autres",
  "A file of times in milliseconds, one a line; `>5000` is one that was given up at 5,000 ms":
    "Un fichier de temps en millisecondes, un par ligne ; `>5000` a été abandonné à 5 000 ms",
  "The times that this server measured of its upstream": "Les temps que ce serveur a mesurés de son service amont",
  "The gallery of lessons": "La galerie de leçons",
  "Each is a scenario with variants, and claims about their runs. A variant's scenario is a body for POST /simulations.":
    "Chacune est un scénario avec des variantes, et des affirmations sur leurs simulations. Le scénario d'une variante est un corps pour POST /simulations.",
  "One lesson of the gallery": "Une leçon de la galerie",
  "Its texts, scenarios and claims.": "Ses textes, ses scénarios et ses affirmations.",
  "The luck that all variants meet; 1 by default": "Le hasard commun à toutes les variantes ; 1 par défaut",
  "Simulates a lesson": "Simule une leçon",
  "Runs all its variants with the same luck, and judges its claims. A request that prefers text/event-stream gets progress; one that prefers image/svg+xml gets a chart of the variants.":
    "Exécute toutes ses variantes avec le même hasard, et juge ses affirmations. Une requête qui préfère text/event-stream reçoit l'avancement ; une qui préfère image/svg+xml, un graphique des variantes.",
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
  "Runs the policy in virtual time, by the interpreter that serves, against a modelled upstream. The same scenario and seed give the same run. A request that prefers text/event-stream gets progress, one that prefers image/svg+xml a chart. A client that leaves stops the run.":
    "Exécute la politique en temps virtuel, par l'interprète même du serveur, contre un service amont modélisé. Le même scénario et la même graine donnent la même simulation. Une requête qui préfère text/event-stream reçoit l'avancement, une qui préfère image/svg+xml un graphique. Un client qui part arrête la simulation.",
  "Events progress with the requests that have ended, and those expected or null, then result, or error with a problem document":
    "Événements progress avec le nombre de requêtes terminées, et celui qui est attendu ou null, puis result, ou error avec un document de problème",
  "Goodput, attempts, arrivals and queue over virtual time":
    "Succès, essais, arrivées et file au cours du temps virtuel",
  "Runs with different luck; two or more give intervals of 95 %":
    "Simulations de hasards différents ; à partir de deux, les intervalles à 95 % sont donnés",
  "The number of a request, from 0, whose timeline is the answer; the scenario then runs with its own seed alone":
    "Le numéro d'une requête, à partir de 0, dont la chronologie est la réponse ; seule la graine du scénario est alors simulée",
  "The figures, or the timeline of one request": "Les mesures, ou la chronologie d'une requête",
  "The title of pictures": "Le titre des images",
  "No request arrives later; those under way end": "Aucune requête n'arrive plus tard ; celles en cours finissent",
  "Requests that arrive before are left out of the figures": "Les requêtes arrivées avant ne comptent pas",
  "Arrivals per second": "Arrivées par seconde",
  "A time in words, from 0 to 30 days": "Un temps en mots, de 0 à 30 jours",
  "a finite number": "un nombre fini",
  "Measured times in milliseconds": "Temps mesurés, en millisecondes",
  "Places in which attempts are served at once; absent: as many as there are attempts":
    "Places où des essais sont servis à la fois ; absent : autant que d'essais",
  "Attempts that may wait; beyond, an attempt fails at once. Absent: no limit":
    "Essais qui peuvent attendre ; au-delà, un essai échoue aussitôt. Absent : pas de limite",
  "What becomes of an attempt for which nobody waits any more: it frees its place at once, or runs on (default)":
    "Ce que devient un essai que plus personne n'attend : il libère sa place aussitôt (frees), ou continue (runs on, par défaut)",
  "The share of attempts that fail, after their service": "La part des essais qui échouent, après leur service",
  "Bad times, at most 100": "Périodes de panne, 100 au plus",
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
