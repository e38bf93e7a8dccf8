/** A heading begins with a capital, unless it begins with a name (nginx, tcp_syncookies, 10.0.0.1) that is written otherwise. */
export function sentenceCase(title: string): string {
  const ordinary =
    /^(a|an|all|connections|every|it|many|most|no|nobody|packets|sockets|some|the|these|this|two) /;
  return ordinary.test(title) ? title.slice(0, 1).toUpperCase() + title.slice(1) : title;
}
