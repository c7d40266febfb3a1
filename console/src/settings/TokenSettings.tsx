import { Button, Checkbox, NumberInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../api/queries";
import { createToken, listTokens, revokeToken } from "../api/session";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

const scopes = ["tickets:read", "tickets:write", "mail:write", "record:read", "knowledge:read", "consent:write", "telemetry:write", "telemetry:read"];
const refresh = () => queryClient.invalidateQueries({ queryKey: ["tokens"] });

/** Keys for programs. None can approve, undo or sign in, whatever its scopes. */
export function TokenSettings() {
  const list = useQuery({ queryKey: ["tokens"], queryFn: listTokens });
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["tickets:read"]);
  const [days, setDays] = useState(90);
  const create = useMutation({ mutationFn: () => createToken(name, chosen, days), onSuccess: () => { setName(""); return refresh(); }, onError: notifyFailure });
  const revoke = useMutation({ mutationFn: revokeToken, onSuccess: refresh, onError: notifyFailure });
  const tokens = list.data?.items ?? [];
  return (
    <section>
      <h2>{t("tokens.title")}</h2>
      <p className="quiet">{t("tokens.lead")}</p>
      {list.isPending && <Rows count={2} />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      <ul className="lines">
        {tokens.map((token) => (
          <li key={token.id} className="line with-button">
            <div><b>{token.name}</b><span className="quiet">{token.scopes.join(", ")} · {token.revoked_at ? t("tokens.revoked") : token.expires_at ? <>{t("tokens.until")} <Ago at={token.expires_at} /></> : t("tokens.forever")}</span></div>
            {!token.revoked_at && <Button variant="default" onClick={() => revoke.mutate(token.id)} loading={revoke.isPending && revoke.variables === token.id}>{t("tokens.revoke")}</Button>}
          </li>
        ))}
      </ul>
      {create.data && <p className="warning" role="status">{t("tokens.once")} <code>{create.data.secret}</code></p>}
      <form className="bar token-form" onSubmit={(event) => { event.preventDefault(); create.mutate(); }}>
        <TextInput label={t("tokens.name")} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Checkbox.Group label={t("tokens.scopes")} value={chosen} onChange={setChosen}>
          <div className="bar token-scopes">{scopes.map((scope) => <Checkbox key={scope} size="xs" value={scope} label={scope} />)}</div>
        </Checkbox.Group>
        <NumberInput size="xs" label={t("tokens.days")} min={1} max={365} value={days} onChange={(value) => setDays(Number(value) || 1)} />
        <Button type="submit" variant="default" loading={create.isPending} disabled={!name.trim() || chosen.length === 0}>{t("tokens.create")}</Button>
      </form>
    </section>
  );
}
