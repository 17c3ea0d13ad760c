/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
  "Switching Protocols: a websocket": "Switching Protocols : un websocket",
  [
    "A WebSocket handshake (RFC 6455); a plain GET is a 426. Without a subprotocol: every text sent is processed " +
    "for 0.1 s and goes\n" +
    "to everyone, the sender too, as `Client {id}: {TEXT IN UPPER CASE}`; the others see `Client {id} left the " +
    "chat`.\n" +
    "With the subprotocol `barista.v1+json`: send `{\"kind\":\"message\",\"text\"}` or " +
    "`{\"kind\":\"personal\",\"to\",\"text\"}`;\n" +
    "receive `{\"id\",\"kind\",\"client_id\",\"to\"?,\"text\"?,\"time\"}` of kind `message`, `personal`, `joined` " +
    "or `left`, and\n" +
    "`{\"kind\":\"error\",\"detail\",\"errors\"}` for a message that was refused. A personal message goes to every " +
    "socket of that\n" +
    "client id and, as a copy, to those of the sender; plain clients read it as `Client {id} to client {to}: " +
    "{TEXT}`.\n" +
    "A page cannot send the Authorization header: where tokens are required it offers the subprotocol\n" +
    "`barista.token.` followed by the token in base64url, beside `barista.v1+json` or `barista.v1+text` (plain " +
    "texts).\n" +
    "One client id may be connected several times. Close codes: 1001 stopping, 1003 binary message, 1007 invalid " +
    "UTF-8,\n" +
    "1009 message too large, 1012 join again, 1013 too slow to read."
  ]: "Une poignée de main WebSocket (RFC 6455) ; un simple GET est un 426. Sans sous-protocole : chaque texte " +
    "envoyé est traité pendant 0,1 s et va\n" +
    "à tous, à son auteur aussi, comme `Client {id}: {TEXTE EN MAJUSCULES}` ; les autres voient `Client {id} left " +
    "the chat`.\n" +
    "Avec le sous-protocole `barista.v1+json` : envoyer `{\"kind\":\"message\",\"text\"}` ou " +
    "`{\"kind\":\"personal\",\"to\",\"text\"}` ;\n" +
    "recevoir `{\"id\",\"kind\",\"client_id\",\"to\"?,\"text\"?,\"time\"}` de genre `message`, `personal`, " +
    "`joined` ou `left`, et\n" +
    "`{\"kind\":\"error\",\"detail\",\"errors\"}` pour un message refusé. Un message personnel va à chaque " +
    "connexion de ce client\n" +
    "et, en copie, à celles de son auteur ; les clients sans sous-protocole le lisent comme `Client {id} to client " +
    "{to}: {TEXTE}`.\n" +
    "Une page ne peut pas envoyer l'en-tête Authorization : si des jetons sont exigés, elle propose le " +
    "sous-protocole\n" +
    "`barista.token.` suivi du jeton en base64url, à côté de `barista.v1+json` ou de `barista.v1+text` (textes " +
    "simples).\n" +
    "Un client peut être connecté plusieurs fois. Codes de fermeture : 1001 arrêt, 1003 message binaire, 1007 " +
    "UTF-8 invalide,\n" +
    "1009 message trop long, 1012 à rejoindre, 1013 lecture trop lente.",
  "The chat, a websocket": "Le chat, un websocket"
}
