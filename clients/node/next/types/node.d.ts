// What these files use of Node beyond the web's own interfaces. An application has @types/node, and
// does not copy this folder.

declare const process: { readonly env: Record<string, string | undefined> };
