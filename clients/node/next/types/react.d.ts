// The smallest declarations of React 19 that these files are checked against, where the real ones
// cannot be had. An application has @types/react, and does not copy this folder.

declare module 'react' {
  export type ReactNode =
    | JSX.Element | string | number | boolean | null | undefined | Iterable<ReactNode>;

  export interface ChangeEvent<Target> {
    target: Target;
  }

  /** State that an action makes of the one before; `Payload` is what the form gives it. */
  export function useActionState<State, Payload>(
    action: (state: Awaited<State>, payload: Payload) => State | Promise<State>,
    initial: Awaited<State>,
  ): [state: Awaited<State>, dispatch: (payload: Payload) => void, isPending: boolean];

  export function useState<State>(
    initial: State | (() => State),
  ): [state: State, set: (next: State | ((state: State) => State)) => void];

  export function useRef<Value>(initial: Value): { current: Value };
  export function useId(): string;

  global {
    namespace JSX {
      interface Element {
        readonly type: unknown;
      }
      interface ElementChildrenAttribute {
        children: unknown;
      }
      interface IntrinsicAttributes {
        key?: string | number;
      }
      interface Common extends IntrinsicAttributes {
        children?: ReactNode;
        id?: string;
        className?: string;
        role?: string;
        hidden?: boolean;
        'aria-live'?: 'off' | 'polite' | 'assertive';
        'aria-invalid'?: boolean;
        'aria-describedby'?: string | undefined;
        'aria-current'?: 'step' | undefined;
        'aria-hidden'?: boolean;
      }
      interface Input extends Common {
        name?: string;
        type?: 'text' | 'email' | 'password' | 'checkbox';
        value?: string;
        required?: boolean;
        maxLength?: number;
        autoComplete?: string;
        placeholder?: string | undefined;
        onChange?: (event: ChangeEvent<HTMLInputElement>) => void;
      }
      interface IntrinsicElements {
        main: Common;
        section: Common;
        h1: Common;
        h2: Common;
        p: Common;
        ol: Common;
        li: Common;
        span: Common;
        strong: Common;
        code: Common;
        dl: Common;
        dt: Common;
        dd: Common;
        a: Common & { href: string };
        label: Common & { htmlFor?: string };
        button: Common & { type: 'submit' | 'button'; disabled?: boolean };
        form: Common & { action: string | ((form: FormData) => void | Promise<void>) };
        input: Input;
      }
    }
  }
}
