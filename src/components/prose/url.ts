/** Address of a path below the site's base: `url('credits/')` is `/repo/credits/` on a project page. */
export function url(path = ''): string {
  const base = import.meta.env.BASE_URL;
  return `${base.endsWith('/') ? base : `${base}/`}${path}`;
}
