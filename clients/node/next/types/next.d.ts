// The smallest declarations of Next.js that these files are checked against, where the real ones
// cannot be had. An application has them with `next`, and does not copy this folder.

declare module 'next' {
  export interface Metadata {
    title?: string;
    description?: string;
  }
}
