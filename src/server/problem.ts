import type { FastifyReply } from 'fastify';

/** An RFC 9457 problem: what was wrong with a request and what to send instead. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Where a text that was sent is wrong: an extension member, as the RFC has them. */
  readonly errors?: readonly object[];
}

/** Answers a request with `application/problem+json`. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', ...problem }));
}
