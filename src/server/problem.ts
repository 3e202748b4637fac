import type { FastifyReply } from 'fastify';

/** An RFC 9457 problem: what was wrong with a request and what to send instead. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** Answers a request with `application/problem+json`. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', ...problem }));
}
