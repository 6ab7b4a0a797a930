import type { RequestHandler } from 'express';

/** Several handlers as one: what every request passes is not looked for among the routes each time. */
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
