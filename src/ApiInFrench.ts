import { inFrench as background } from "./background/InFrench.ts"
import { inFrench as basics } from "./basics/InFrench.ts"
import { inFrench as batch } from "./batch/InFrench.ts"
import { inFrench as chat } from "./chat/InFrench.ts"
import { inFrench as comparison } from "./comparison/InFrench.ts"
import { inFrench as compute } from "./compute/InFrench.ts"
import { inFrench as domain } from "./domain/InFrench.ts"
import { inFrench as external } from "./external/InFrench.ts"
import { inFrench as lab } from "./lab/InFrench.ts"
import { inFrench as metrics } from "./metrics/InFrench.ts"
import { inFrench as monitoring } from "./monitoring/InFrench.ts"
import { inFrench as outbox } from "./outbox/InFrench.ts"
import { inFrench as outcomes } from "./outcomes/InFrench.ts"
import type { Texts } from "./platform/http/openapi/Texts.ts"
import { inFrench as platform } from "./platform/InFrench.ts"
import { inFrench as policy } from "./policy/InFrench.ts"
import { inFrench as predictions } from "./predictions/InFrench.ts"
import { inFrench as recordings } from "./recordings/InFrench.ts"
import { inFrench as resilience } from "./resilience/InFrench.ts"
import { inFrench as simulation } from "./simulation/InFrench.ts"
import { inFrench as transfers } from "./transfers/InFrench.ts"
import { inFrench as uploads } from "./uploads/InFrench.ts"
import { inFrench as users } from "./users/InFrench.ts"

/**
 * The documentation's texts in French, the handbook's language, by their English originals: those of the whole API, and
 * those of each folder, which stand beside its contract. A test finds texts without a translation.
 */
export const french: Texts = {
  [
    "Every operation of the async/await handbook, with real parts.\n" +
    "Every path answers with and without its trailing slash: `/users` and `/users/` are the same.\n" +
    "HEAD works wherever GET does, and OPTIONS says what a path allows.\n" +
    "Parameters and members that an operation does not list are ignored; one given twice has to have one value.\n" +
    "Bodies are application/json in UTF-8, without a content coding.\n" +
    "Texts are French; `Accept-Language: en` turns them into English.\n" +
    "Conditions (RFC 9110, 13) hold everywhere: a resource without an ETag matches no tag, and `*` where it is " +
    "there.\n" +
    "Every failure is application/problem+json (RFC 9457): a path that is not listed here is a 404 " +
    "`RouteNotFound`,\n" +
    "a method that its path does not list is a 405 `MethodNotAllowed` with the `Allow` header,\n" +
    "and a method that HTTP does not know, or CONNECT, is a 501 `MethodNotImplemented`."
  ]: "Chaque opération du manuel sur async/await, avec de vraies pièces.\n" +
    "Chaque chemin répond avec et sans barre oblique finale : `/users` et `/users/` sont le même.\n" +
    "HEAD répond partout où GET répond, et OPTIONS dit ce qu'un chemin permet.\n" +
    "Les paramètres et membres qu'une opération ne liste pas sont ignorés ; donné deux fois, un paramètre doit " +
    "avoir une seule valeur.\n" +
    "Les corps sont du application/json en UTF-8, sans codage de contenu.\n" +
    "Les textes sont en français ; `Accept-Language: en` les donne en anglais.\n" +
    "Les conditions (RFC 9110, 13) valent partout : une ressource sans ETag ne répond à aucun ETag, et à `*` si " +
    "elle existe.\n" +
    "Tout échec est un application/problem+json (RFC 9457) : un chemin absent d'ici est un 404 `RouteNotFound`,\n" +
    "une méthode que son chemin ne liste pas est un 405 `MethodNotAllowed`, avec l'en-tête `Allow`,\n" +
    "et une méthode que HTTP ne connaît pas, ou CONNECT, est un 501 `MethodNotImplemented`.",
  ...platform,
  ...basics,
  ...external,
  ...users,
  ...domain,
  ...uploads,
  ...chat,
  ...background,
  ...resilience,
  ...policy,
  ...batch,
  ...transfers,
  ...monitoring,
  ...compute,
  ...outcomes,
  ...comparison,
  ...outbox,
  ...metrics,
  ...recordings,
  ...lab,
  ...predictions,
  ...simulation
}
