// Three unmodified clients ask a served list; what they got is printed as JSON.
// node drive.mjs BASE_URL TOKEN, run where node_modules is.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.cwd(), "index.js"));
const { PostgrestClient } = require("@supabase/postgrest-js");
const raDataPostgrest = require("@raphiniert/ra-data-postgrest");
const { dataProvider } = require("@refinedev/supabase");

const [base, token] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };
const ids = (rows) => rows.map((row) => row.id);
const got = {};

const js = new PostgrestClient(base, { headers });
const list = await js.from("bets").select("id,status", { count: "exact" }).in("status", ["a,b", 'lo"st'])
  .or("rounds.gte.3,and(open.is.false,rounds.eq.1)").order("rounds", { ascending: false }).order("id").range(0, 2);
got.js = { status: list.status, count: list.count, rows: list.data, error: list.error };
got.jsHead = (await js.from("bets").select("*", { count: "exact", head: true }).eq("rounds", 1)).count;
got.jsSingle = (await js.from("bets").select("*").limit(1).single()).data.casino_id;
got.jsNotOne = (await js.from("bets").select("*").single()).error;
got.jsCsv = (await js.from("bets").select("id,status").eq("rounds", 1).limit(1).csv()).data;
got.jsUnescaped = (await js.from("bets").select("*").in("status", ['c"d,e'])).error;
got.jsUnknown = (await js.from("bets").select("*").eq("colour", "red")).error;
got.jsLike = ids((await js.from("bets").select("id").like("status", "%b").order("id")).data);

async function httpClient(url, options = {}) {
  const sent = new Headers(options.headers);
  sent.set("Authorization", headers.Authorization);
  const answer = await fetch(url, { ...options, headers: sent });
  const body = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(body), { status: answer.status });
  return { status: answer.status, headers: answer.headers, body, json: JSON.parse(body) };
}
const ra = (raDataPostgrest.default ?? raDataPostgrest)({
  apiUrl: base,
  httpClient,
  defaultListOp: "eq",
  primaryKeys: new Map([["bets", ["id"]]]),
  schema: () => "",
  sortOrder: "asc,desc",
});
const page = { pagination: { page: 2, perPage: 2 }, sort: { field: "rounds", order: "DESC" } };
const between = await ra.getList("bets", { ...page, filter: { "rounds@gte": 1, "rounds@lt": 4, "status@ilike": "o n" } });
got.ra = { total: between.total, rows: between.data.map((row) => [row.rounds, row.status]) };
const three = await ra.getList("bets", { ...page, filter: { "rounds@gte": 1, "rounds@lt": 4, "rounds@neq": 2 } });
got.raThree = three.total;
got.raOne = (await ra.getOne("bets", { id: got.jsLike[0] })).data.status;
got.raMany = ids((await ra.getMany("bets", { ids: got.jsLike.slice(0, 2) })).data).sort();
const nested = { "@or": { "open@eq": true, "@and": { "rounds@eq": 1, "currency@eq": "EUR" } } };
got.raNested = (await ra.getList("bets", { ...page, pagination: { page: 1, perPage: 9 }, filter: nested })).total;

const refine = dataProvider(js);
const refined = await refine.getList({
  resource: "bets",
  pagination: { currentPage: 2, pageSize: 2 },
  sorters: [{ field: "rounds", order: "desc" }],
  filters: [
    { field: "rounds", operator: "gte", value: 1 },
    { operator: "or", value: [{ field: "status", operator: "eq", value: "won" }, { field: "open", operator: "eq", value: true }] },
  ],
});
got.refine = { total: refined.total, rows: refined.data.map((row) => [row.rounds, row.status, row.open]) };
const dropped = { operator: "or", value: [{ field: "open", operator: "eq", value: true }, { operator: "and", value: [{ field: "rounds", operator: "eq", value: 1 }] }] };
got.refineDropped = await refine.getList({ resource: "bets", filters: [dropped] }).then(() => null, (error) => String(error.message));

console.log(JSON.stringify(got));
