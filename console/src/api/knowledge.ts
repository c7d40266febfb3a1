import { call, query } from "./http";
import type { Article, ArticleLine, ChangedPiece, Contradiction, DraftedArticle, GapList, List, NamedArticle, OfferedMacro, Page, Pattern, PatternList, SourceLine, TextFate, TextPlace, TouchedDraft, WaitingText } from "./types";

export const listArticles = (filter: { q?: string; source?: string; state?: string; kind?: string }, cursor?: string) =>
  call<Page<ArticleLine>>("GET", `/articles${query({ ...filter, cursor })}`);
export const getArticle = (id: string, version?: number) => call<Article>("GET", `/articles/${id}${query({ version })}`);

export const listSources = () => call<List<SourceLine>>("GET", "/sources");
export const listContradictions = () => call<List<Contradiction>>("GET", "/contradictions");
export const syncSource = (id: string) => call<void>("POST", `/sources/${id}/sync`);
export const listWaitingTexts = (source: string) => call<List<WaitingText>>("GET", `/sources/${source}/texts`);
export const answerTexts = (source: string, texts: { article_id: string; version: number }[], answer: "approve" | "decline") =>
  call<List<TextFate>>("POST", `/sources/${source}/texts/answer`, { body: { answer, texts: texts.map(({ article_id, version }) => ({ article_id, version })) } });
export const articleChanges = (id: string, from: number, to: number) => call<List<ChangedPiece>>("GET", `/articles/${id}/changes${query({ from, to })}`);

interface Text { title: string; body: string; note: string; rests_on?: string[] }
const once = () => crypto.randomUUID();
export const startArticle = (article: Text & { source: string; audience: string; kind?: string; category?: string; language?: string }) =>
  call<TextPlace>("POST", "/articles", { body: article, idempotencyKey: once() });
export const proposeText = (id: string, seen: number, text: Text) =>
  call<TextPlace>("POST", `/articles/${id}/versions`, { body: text, revision: seen, idempotencyKey: once() });
/** The next review is an instant, or the source's interval when null. */
export const answerText = (id: string, version: number, answer: "approve" | "decline", reviewBy: string | null) =>
  call<List<TouchedDraft>>("POST", `/articles/${id}/versions/${version}/answer`, { body: { answer, review_by: reviewBy } });
export const reviewArticle = (id: string, reviewBy: string | null) => call<void>("POST", `/articles/${id}/review`, { body: { review_by: reviewBy } });
export const withdrawArticle = (id: string) => call<void>("POST", `/articles/${id}/withdrawal`, { body: {} });

/** Macros filled for a ticket. */
export const ticketMacros = (ticket: string) => call<List<OfferedMacro>>("GET", `/tickets/${ticket}/macros`);
export const macrosResting = (id: string) => call<List<NamedArticle>>("GET", `/articles/${id}/macros`);

export const listPatterns = () => call<PatternList>("GET", "/patterns");
export const getPattern = (id: string) => call<Pattern>("GET", `/patterns/${id}`);
export const listGaps = () => call<GapList>("GET", "/gaps");
export const recount = () => call<void>("POST", "/patterns/recount");
export const draftArticle = (pattern: string, source: string) => call<DraftedArticle>("POST", `/patterns/${pattern}/article`, { body: { source }, idempotencyKey: once() });
/** Kept for ninety days, so that what nobody finds becomes visible; null where the words hold personal data. */
export const keepSearch = (words: string, found: number) => call<{ id: string | null }>("POST", "/searches", { body: { words, found } });
export const openedFound = (search: string) => call<void>("POST", `/searches/${search}/opened`, { body: {} });
