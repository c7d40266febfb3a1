import { call, query } from "./http";
import type { Article, ArticleLine, Page } from "./types";

export const listArticles = (filter: { q?: string; source?: string; state?: string }, cursor?: string) =>
  call<Page<ArticleLine>>("GET", `/articles${query({ ...filter, cursor })}`);
export const getArticle = (id: string, version?: number) => call<Article>("GET", `/articles/${id}${query({ version })}`);
