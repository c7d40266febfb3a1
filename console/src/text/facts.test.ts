import { describe, expect, it } from "vitest";
import { asWritten } from "./facts";

describe("facts as written", () => {
  it("takes the customer's case and joins neighbours", () => {
    const mail = "The new one is GB 482 1190 36. Invoice FH-2026-11-00417 of row 17, at 07:40 and 07:40.";
    expect(asWritten(["482", "1190", "36", "fh-2026-11-00417", "17", "07:40", "07:40"], mail)).toEqual(["482 1190 36", "FH-2026-11-00417", "17", "07:40"]);
  });
  it("keeps what the mail does not hold", () => {
    expect(asWritten(["team plan"], "Hello")).toEqual(["team plan"]);
    expect(asWritten(["11"], "FH-2026-1100")).toEqual(["11"]);
  });
});
