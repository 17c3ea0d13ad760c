/** A file of the repository as its text; the build of the console resolves the path from the root. */
declare module "text:*" {
  const text: string
  export default text
}
