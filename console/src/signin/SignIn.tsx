import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient, sessionQuery } from "../api/queries";
import { listDemoAccounts, signIn } from "../api/session";
import { sentenceOf } from "../states/States";
import { t } from "../strings";
import { DemoAccounts } from "./DemoAccounts";

export function SignIn() {
  const { to } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const accounts = useQuery({ queryKey: ["demo-accounts"], queryFn: listDemoAccounts });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: (who: { email: string; password: string }) => signIn(who.email, who.password),
    onSuccess: async (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: to?.startsWith("/") && !to.startsWith("//") ? to : "/tickets" });
    },
  });
  const demo = accounts.data ?? [];
  return (
    <main className="signin">
      <header>
        <img src="/mark.svg" alt="" width={36} height={36} />
        <div>
          <h1>Countersign</h1>
          <p>{t("signin.promise")}</p>
        </div>
      </header>
      {enter.error && <p className="banner" data-kind="warn" role="alert">{sentenceOf(enter.error)}</p>}
      {accounts.error && <p className="banner" data-kind="warn" role="alert">{sentenceOf(accounts.error)}</p>}
      {demo.length > 0 && <DemoAccounts accounts={demo} isBusy={enter.isPending} onChoose={(account) => enter.mutate(account)} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate({ email, password });
        }}
      >
        <h2>{demo.length > 0 ? t("signin.or") : t("signin.title")}</h2>
        <TextInput label={t("signin.email")} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
        <PasswordInput size="xs" label={t("signin.password")} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} visibilityToggleButtonProps={{ "aria-label": t("signin.show") }} />
        <Button type="submit" variant={demo.length > 0 ? "default" : "filled"} loading={enter.isPending}>{t("signin.enter")}</Button>
      </form>
    </main>
  );
}
