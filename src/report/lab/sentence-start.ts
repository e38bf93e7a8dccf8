/** A heading begins with a capital, unless its first word is a name: "connect-timeout went as predicted". */
export function sentenceStart(sentence: string): string {
  return /^[a-z]+ /.test(sentence) ? sentence.slice(0, 1).toUpperCase() + sentence.slice(1) : sentence;
}
