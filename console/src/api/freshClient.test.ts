import { QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { FreshClient } from "./freshClient";

test("a first answer asked for before a change is asked for again", async () => {
  const client = new FreshClient();
  const answers: ((text: string) => void)[] = [];
  const observer = new QueryObserver(client, { queryKey: ["ticket", 1], queryFn: () => new Promise<string>((resolve) => answers.push(resolve)) });
  const seen: (string | undefined)[] = [];
  const leave = observer.subscribe((result) => seen.push(result.data));
  void client.invalidateQueries({ queryKey: ["ticket"] });
  expect(answers.length).toBe(1);
  answers[0]?.("before the change");
  await vi.waitFor(() => expect(answers.length).toBe(2));
  answers[1]?.("after it");
  await vi.waitFor(() => expect(seen.at(-1)).toBe("after it"));
  leave();
});

test("an answer that is there is asked for once", async () => {
  const client = new FreshClient();
  let asked = 0;
  const observer = new QueryObserver(client, { queryKey: ["ticket"], queryFn: () => Promise.resolve(++asked) });
  const leave = observer.subscribe(() => undefined);
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe(1));
  await client.invalidateQueries({ queryKey: ["ticket"] });
  await new Promise((done) => setTimeout(done, 20));
  expect(asked).toBe(2);
  leave();
});
