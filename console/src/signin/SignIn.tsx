import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { IconLogin2 } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Problem } from "../api/http";
import { queryClient, sessionQuery } from "../api/queries";
import { listDemoAccounts, providerHref, signIn, waysInQuery } from "../api/session";
import { sentenceOf } from "../states/States";
import { t } from "../strings";
import { DemoAccounts } from "./DemoAccounts";

const REFUSALS = ["none", "over", "unverified", "unknown", "provider"] as const;
const isRefusal = (word: string): word is (typeof REFUSALS)[number] => REFUSALS.some((one) => one === word);

export function SignIn() {
  const { to, refused } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const accounts = useQuery({ queryKey: ["demo-accounts"], queryFn: listDemoAccounts });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const enter = useMutation({
    mutationFn: (who: { email: string; password: string; code?: string }) => signIn(who.email, who.password, who.code),
    onSuccess: async (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: page });
    },
  });
  const wantsCode = enter.error instanceof Problem && enter.error.word === "second-factor" || code !== "";
  const demo = accounts.data ?? [];
  const { provider } = useQuery(waysInQuery).data ?? {};
  const page = to?.startsWith("/") && !to.startsWith("//") ? to : "/tickets";
  return (
    <main className="signin">
      <header>
        <img src="/mark.svg" alt="" width={36} height={36} />
        <div>
          <h1>Countersign</h1>
          <p>{t("signin.promise")}</p>
        </div>
      </header>
      {refused && !enter.error && <p className="banner" data-kind="warn" role="alert">{t(`signin.refused.${isRefusal(refused) ? refused : "over"}`)}</p>}
      {enter.error && <p className="banner" data-kind="warn" role="alert">{sentenceOf(enter.error)}</p>}
      {accounts.error && <p className="banner" data-kind="warn" role="alert">{sentenceOf(accounts.error)}</p>}
      {demo.length > 0 && <DemoAccounts accounts={demo} isBusy={enter.isPending} onChoose={(account) => enter.mutate(account)} />}
      {provider && <Button component="a" href={providerHref(page)} leftSection={<IconLogin2 size={16} aria-hidden />}>{t("signin.provider", { name: provider })}</Button>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate({ email, password, ...(wantsCode && code !== "" && { code }) });
        }}
      >
        <h2>{demo.length > 0 || provider ? t("signin.or") : t("signin.title")}</h2>
        <TextInput label={t("signin.email")} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
        <PasswordInput size="xs" label={t("signin.password")} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} visibilityToggleButtonProps={{ "aria-label": t("signin.show") }} />
        {wantsCode && <TextInput label={t("signin.code")} description={t("signin.codeHint")} inputMode="numeric" autoComplete="one-time-code" autoFocus maxLength={16} value={code} onChange={(e) => setCode(e.currentTarget.value)} />}
        <Button type="submit" variant={demo.length > 0 || provider ? "default" : "filled"} loading={enter.isPending}>{t("signin.enter")}</Button>
      </form>
    </main>
  );
}
