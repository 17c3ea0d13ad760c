/** The French texts of the documentation of this folder's parts of the contract, by their English originals. */
export const inFrench = {
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
  [
    "Always an attachment, in the media type of the upload. The ETag is the SHA-256. Supports If-Match, " +
    "If-Unmodified-Since, If-None-Match, If-Modified-Since, Range with one range, and If-Range."
  ]: "Toujours en pièce jointe, du type de contenu de son dépôt. L'ETag est le SHA-256. Sont compris If-Match, " +
    "If-Unmodified-Since, If-None-Match, If-Modified-Since, Range d'une seule plage et If-Range.",
  "One upload's bytes": "Les octets d'un fichier déposé",
  "A download in flight still gets the whole file. Supports If-Match, If-Unmodified-Since and If-None-Match.":
    "Un téléchargement en cours le reçoit encore en entier. If-Match, If-Unmodified-Since et If-None-Match sont " +
    "compris.",
  "Deletes an upload": "Supprime un fichier déposé",
  "The trace id of the upload's traceparent": "L'id de trace du traceparent de l'envoi",
  "Bytes on the disk so far": "Octets sur le disque jusqu'ici",
  "An upload in flight": "Un envoi en cours",
  "Known by the trace id of the traceparent that was sent with the upload; without one it is not listed.":
    "Connu par l'id de trace du traceparent envoyé avec le fichier ; sans lui, l'envoi n'est pas connu.",
  "Pauses an upload in flight": "Met en pause un envoi en cours",
  [
    "Idempotent. The server stops writing, and its client stops sending once the buffers between them are full. " +
    "The limits on silence and on the duration of a request still hold."
  ]: "Idempotent. Le serveur cesse d'écrire, et le client cesse d'envoyer une fois pleins les tampons entre eux. " +
    "Les limites de silence et de durée d'une requête tiennent toujours.",
  "Resumes a paused upload": "Reprend un envoi en pause",
  "Idempotent: 200 even if it is not paused.": "Idempotent : 200 aussi s'il n'est pas en pause.",
  "As the client sent it": "Tel que le client l'a écrit",
  "Bytes": "Octets",
  "SHA-256 of the file's bytes, in lower-case hexadecimal": "Des octets du fichier, en hexadécimal minuscule",
  "The URL at which the file can be downloaded and deleted": "Où le fichier peut être téléchargé et supprimé",
  "Files in forms, streamed to disk.": "Upload et traitement de fichiers."
}
