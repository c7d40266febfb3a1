import { expect, it } from "vitest";
import { csv } from "./csv";

it("writes what a spreadsheet reads back, and no formulas", () => {
  expect(csv(["name", "n"], [["Plans, \"new\"", 3], ["=HYPERLINK(1)", -2], [null as unknown as string, 0.5]])).toBe('name,n\r\n"Plans, ""new""",3\r\n\'=HYPERLINK(1),-2\r\n,0.5\r\n');
});
