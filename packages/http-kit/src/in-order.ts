import type { RequestHandler } from 'express';

/** Combines handlers into one: Express does not search its routes for each of them at each request. */
export function inOrder(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, next) => {
    const from = (index: number): unknown => {
      const handler = handlers[index];
      if (!handler) return next();
      const answer: unknown = handler(request, response, (error?: unknown) => {
        if (error === undefined) from(index + 1);
        else next(error);
      });
      return answer instanceof Promise ? answer.catch(next) : undefined;
    };
    from(0);
  };
}
