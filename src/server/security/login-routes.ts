import { ApiFailure } from '../requests/api-failure.ts';
import type { Route } from '../routes/route.ts';
import type { ServerContext } from '../server-env.ts';
import { loginPage, loginStyle } from './login-page.ts';

export const loginPageRoute: Route = {
  method: 'GET',
  path: '/login',
  open: () => (context) => showForm(context, targetIn(context.req.query('to'))),
};

export const loginStyleRoute: Route = {
  method: 'GET',
  path: '/login.css',
  open: () => (context) => context.body(loginStyle, 200, { 'content-type': 'text/css; charset=utf-8' }),
};

export const loginRoute: Route = {
  method: 'POST',
  path: '/login',
  open:
    ({ access }) =>
    async (context) => {
      const { token, to } = await context.req.parseBody();
      const target = targetIn(to);
      if (!access.asksForToken) return context.redirect(target, 303);
      try {
        access.logIn(context, typeof token === 'string' ? token.trim() : '');
        return context.redirect(target, 303);
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        const { said, remedy } = error.detail;
        for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
        return showForm(context, target, `${said}. ${remedy ?? ''}`.trim(), error.status);
      }
    },
};

function showForm(
  context: ServerContext,
  to: string,
  wrong?: string,
  status: ApiFailure['status'] = 200,
): Response {
  // With no-referrer a browser would send the form with "Origin: null".
  context.header('referrer-policy', 'same-origin');
  return context.html(loginPage(to, wrong), status);
}

/** Only paths of the console: a link to the login must not lead elsewhere. */
function targetIn(to: unknown): string {
  return typeof to === 'string' && /^\/(?:[a-z]+(?:\/[\w-]+)?)?$/.test(to) && !to.startsWith('/login')
    ? to
    : '/';
}
